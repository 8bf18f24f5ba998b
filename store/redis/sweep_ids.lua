#!lua flags=allow-oom
-- Forgets the ids of a chat that are older than an hour. Returns how many.
-- KEYS: ids of the chat, oldest ids   ARGV: hour as a score, chat
local before, oldest, gone = tonumber(ARGV[1]), nil, 0
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if all[i] ~= '' then
    local at = tonumber(all[i + 1])
    if at < before then
      redis.call('HDEL', KEYS[1], all[i])
      gone = gone + 1
    elseif not oldest or at < oldest then
      oldest = at
    end
  end
end
if oldest then
  local text = string.format('%.0f', oldest)
  redis.call('HSET', KEYS[1], '', text)
  redis.call('ZADD', KEYS[2], text, ARGV[2])
else
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[2])
end
return gone
