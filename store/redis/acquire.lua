#!lua flags=allow-oom
-- Takes a shard, unless somebody with a greater fence has taken it meanwhile.
-- KEYS: shard   ARGV: fence
local held = redis.call('HGET', KEYS[1], 'fence')
if not held or struct.unpack('>I8', held) < struct.unpack('>I8', ARGV[1]) then
  redis.call('HSET', KEYS[1], 'fence', ARGV[1])
  redis.call('HDEL', KEYS[1], 'holder', 'until')
end
return 'ok'
