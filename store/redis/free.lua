#!lua flags=allow-oom
-- Gives back a shard that a dead replica held.
-- KEYS: shard   ARGV: id
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then redis.call('HDEL', KEYS[1], 'holder', 'until') end
return 'ok'
