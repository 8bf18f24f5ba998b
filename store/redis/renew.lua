#!lua flags=allow-oom
-- Prolongs a lease. Returns how many arrivals others have accepted, or -1.
-- KEYS: shard   ARGV: fence, lease in ms
local held = redis.call('HMGET', KEYS[1], 'fence', 'foreign')
if held[1] ~= ARGV[1] then return -1 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]))
return tonumber(held[2] or 0)
