#!lua flags=allow-oom
-- The next fence of the store: above every one before, also above those that a failover has lost.
-- KEYS: fence
local now = redis.call('TIME')
local fence = math.max(tonumber(redis.call('GET', KEYS[1]) or 0) + 1, now[1] * 1000000 + now[2])
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[1], text)
return text
