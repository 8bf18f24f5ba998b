#!lua
-- Puts a dead letter back where it was.
-- KEYS: 1 shard, 2 chat, 3 waiting, 4 outbox, 5 pending, 6 timers of the shard, 7 timers of the chat, 8 dead of the shard,
--       9 dead of the chat, 10 chats by forget, 11 chats by review
-- ARGV: id, chat, kind as which it is put back
local id, chat, kind = ARGV[1], ARGV[2], ARGV[3]
local letter, body = redis.call('HGET', KEYS[9], 'm' .. id), redis.call('HGET', KEYS[9], 'b' .. id)
if not letter or not body or body == '' then return 'conflict' end
local hour = letter:sub(2, 9)
local record = redis.call('GET', KEYS[2])
if kind == '1' then
  local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  redis.call('RPUSH', KEYS[3], struct.pack('>I8', seq) .. hour .. '\0\0\0\0' .. body)
  redis.call('ZADD', KEYS[5], 0, chat)
elseif kind == '2' then
  if not record then return 'conflict' end
  local n = struct.unpack('>I8', record) * 256 - 1
  if letter:byte(1) == 2 then n = struct.unpack('>I8', letter, 10) end
  local taken, all = {}, redis.call('LRANGE', KEYS[4], 0, -1)
  for _, message in ipairs(all) do taken[struct.unpack('>I8', message)] = true end
  while taken[n] do n = n - 1 end
  if n < 0 then return 'conflict' end
  local message, behind = struct.pack('>I8', n) .. '\0\0\0\0' .. NONE .. '\0' .. body, nil
  for i = #all, 1, -1 do
    if struct.unpack('>I8', all[i]) > n then behind = all[i] end
  end
  if behind then redis.call('LINSERT', KEYS[4], 'BEFORE', behind, message) else redis.call('RPUSH', KEYS[4], message) end
  redis.call('ZADD', KEYS[5], 0, chat)
elseif kind == '5' then
  local name = letter:sub(20, 19 + struct.unpack('>I2', letter, 18))
  if redis.call('HEXISTS', KEYS[7], name) == 1 then return 'conflict' end
  redis.call('ZADD', KEYS[6], micros(hour), chat .. name)
  redis.call('HSET', KEYS[7], name, hour .. body)
elseif kind == '3' then
  if not record then return 'conflict' end
  local zero = '\0\0\0\0\0\0\0\0'
  local version = struct.pack('>I8', struct.unpack('>I8', record) + 1)
  local length, effect = record:sub(25, 28), ''
  if length ~= NO_EFFECT then effect = record:sub(29, 28 + struct.unpack('>I4', length)) end
  redis.call('SET', KEYS[2], version .. NONE .. zero .. length .. effect .. body)
  redis.call('ZREM', KEYS[10], chat)
  redis.call('ZADD', KEYS[11], 0, chat)
else
  return 'conflict'
end
redis.call('HDEL', KEYS[9], 'm' .. id, 'b' .. id)
redis.call('ZREM', KEYS[8], id .. chat)
return 'ok'
