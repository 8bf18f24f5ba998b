#!lua flags=allow-oom
-- Forgets a chat in which nothing was said since an hour. Returns 1 if it did.
-- KEYS: 1 chat, 2 entries, 3 files, 4 chats by hour, 5 changes
-- ARGV: 1 chat, 2 hour, 3 channel, 4 who publishes
local at = redis.call('HGET', KEYS[1], 'at')
if at and tonumber(at) > tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[4], at, ARGV[1])
  return 0
end
if redis.call('ZREM', KEYS[4], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('PUBLISH', ARGV[3], 'm' .. ARGV[4] .. ARGV[1] .. redis.call('INCR', KEYS[5]))
return 1
