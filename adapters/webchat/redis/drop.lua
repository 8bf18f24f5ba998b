#!lua flags=allow-oom
-- Forgets the record of a file that a person sent.
-- KEYS: 1 records, 2 files by message, 3 files by the hour at which they are forgotten, 4 of the chat, 5 of the address, 6 bytes of all
-- ARGV: 1 file
local record = redis.call('HGET', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if not record then return 0 end
local size = record:sub(49, 56)
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('HGET', KEYS[2], record:sub(1, 32)) == ARGV[1] then redis.call('HDEL', KEYS[2], record:sub(1, 32)) end
if redis.call('ZREM', KEYS[4], ARGV[1] .. size) == 1 then
  redis.call('DECRBY', KEYS[6], string.format('%.0f', (struct.unpack('>I8', size))))
end
redis.call('ZREM', KEYS[5], ARGV[1] .. size)
return 1
