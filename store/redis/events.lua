#!lua flags=no-writes
-- Entries of a shard's log behind a number, after the number of the first of them.
-- KEYS: shard, events   ARGV: after, limit
local last = tonumber(redis.call('HGET', KEYS[1], 'event') or 0)
local first = last - redis.call('LLEN', KEYS[2]) + 1
local from = math.max(tonumber(ARGV[1]) + 1, first)
local out = redis.call('LRANGE', KEYS[2], from - first, from - first + ARGV[2] - 1)
table.insert(out, 1, string.format('%.0f', from))
return out
