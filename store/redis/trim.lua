#!lua flags=allow-oom
-- Forgets the log of a shard up to a number.
-- KEYS: shard, events   ARGV: upto
local last = tonumber(redis.call('HGET', KEYS[1], 'event') or 0)
local first = last - redis.call('LLEN', KEYS[2]) + 1
local upto = math.min(tonumber(ARGV[1]), last)
if upto >= first then redis.call('LTRIM', KEYS[2], upto - first + 1, -1) end
return 'ok'
