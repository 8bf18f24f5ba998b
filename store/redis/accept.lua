#!lua
-- Keeps an arrival once. Not allow-oom: a full Redis refuses what is new, and still answers what waits.
-- KEYS: shard, ids of the chat, chat, waiting, pending, oldest ids
-- ARGV: id, hour, hour as a score, chat, body, fence
-- Returns the number, zero for a duplicate, the fence of the shard, the number of what waits before, and the chat.
local seen = redis.call('HMGET', KEYS[2], ARGV[1], '')
local record = redis.call('GET', KEYS[3])
local fence = redis.call('HGET', KEYS[1], 'fence') or ''
if seen[1] then
  redis.call('HINCRBY', KEYS[1], 'again', 1) -- a write, because WAIT speaks for the last write of the connection
  return {0, fence, '', record}
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
if not seen[2] or tonumber(ARGV[3]) < tonumber(seen[2]) then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3], '', ARGV[3])
  redis.call('ZADD', KEYS[6], ARGV[3], ARGV[4])
else
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
end
local before = (redis.call('LINDEX', KEYS[4], -1) or ''):sub(1, 8)
if fence ~= ARGV[6] then redis.call('HINCRBY', KEYS[1], 'foreign', 1) end -- its holder is to look for it
if redis.call('RPUSH', KEYS[4], struct.pack('>I8', seq) .. ARGV[2] .. '\0\0\0\0' .. ARGV[5]) == 1 then
  redis.call('ZADD', KEYS[5], 0, ARGV[4])
end
return {seq, fence, before, record}
