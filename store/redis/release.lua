#!lua flags=allow-oom
-- Gives a shard back.
-- KEYS: shard   ARGV: fence
if redis.call('HGET', KEYS[1], 'fence') == ARGV[1] then redis.call('HDEL', KEYS[1], 'holder', 'until') end
return 'ok'
