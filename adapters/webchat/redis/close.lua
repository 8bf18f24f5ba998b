#!lua flags=allow-oom
-- Forgets a chat and closes it for good.
-- KEYS: 1 chat, 2 entries, 3 files, 4 closed, 5 chats by hour, 6 changes
-- ARGV: 1 chat, 2 now, 3 ms it is remembered, 4 channel, 5 who publishes
redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('PUBLISH', ARGV[4], 'm' .. ARGV[5] .. ARGV[1] .. redis.call('INCR', KEYS[6]))
return 'ok'
