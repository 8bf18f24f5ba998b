#!lua flags=allow-oom
-- Takes a shard that nobody holds, under a fence above every earlier one, also above those that a failover has lost.
-- KEYS: shard   ARGV: id, lease in ms
local held = redis.call('HMGET', KEYS[1], 'holder', 'until', 'fence')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lives = held[2] and tonumber(held[2]) > now
if lives and held[1] ~= ARGV[1] then return '' end
local fence = held[3]
if not lives or not fence then
  local last = fence and struct.unpack('>I8', fence) or 0
  fence = struct.pack('>I8', math.max(last + 1, time[1] * 1000000 + time[2]))
end
redis.call('HSET', KEYS[1], 'fence', fence, 'holder', ARGV[1], 'until', string.format('%.0f', now + ARGV[2]))
return fence
