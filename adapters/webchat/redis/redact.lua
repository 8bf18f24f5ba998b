#!lua flags=allow-oom
-- Replaces the body of an entry whose time is over, and forgets its file.
-- KEYS: 1 entries, 2 files, 3 entries by expiry   ARGV: 1 chat, 2 mark, 3 body
for i, record in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  if record:sub(1, 16) == ARGV[2] then
    redis.call('LSET', KEYS[1], i - 1, ARGV[2] .. ARGV[3])
    break
  end
end
redis.call('HDEL', KEYS[2], ARGV[2])
return redis.call('ZREM', KEYS[3], ARGV[1] .. ARGV[2])
