#!lua flags=allow-oom
-- Forgets dead letters of a chat. Returns how many.
-- KEYS: dead of the shard, dead of the chat   ARGV: chat, ids
local gone = 0
for i = 2, #ARGV do
  gone = gone + redis.call('ZREM', KEYS[1], ARGV[i] .. ARGV[1])
  redis.call('HDEL', KEYS[2], 'm' .. ARGV[i], 'b' .. ARGV[i])
end
return gone
