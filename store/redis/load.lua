#!lua flags=no-writes
-- What is kept of a chat, as of one moment.
-- KEYS: chat, waiting   ARGV: limit
return {redis.call('GET', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, ARGV[1] - 1)}
