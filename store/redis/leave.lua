#!lua flags=allow-oom
-- KEYS: until when replicas live, what they have in common   ARGV: id
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 'ok'
