#!lua
-- Keeps an arrival once. Not allow-oom: a full Redis refuses what is new, and still answers what waits.
-- KEYS: shard, ids of the chat, chat, waiting, pending, oldest ids
-- ARGV: id, hour, hour as a score, chat, body
local seen = redis.call('HMGET', KEYS[2], ARGV[1], '')
local record = redis.call('GET', KEYS[3])
if seen[1] then
  redis.call('HINCRBY', KEYS[1], 'again', 1) -- a write, because WAIT speaks for the last write of the connection
  return {0, record}
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
if not seen[2] or tonumber(ARGV[3]) < tonumber(seen[2]) then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3], '', ARGV[3])
  redis.call('ZADD', KEYS[6], ARGV[3], ARGV[4])
else
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
if redis.call('RPUSH', KEYS[4], struct.pack('>I8', seq) .. ARGV[2] .. '\0\0\0\0' .. ARGV[5]) == 1 then
  redis.call('ZADD', KEYS[5], 0, ARGV[4])
end
return {seq, record}
