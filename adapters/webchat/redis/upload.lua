#!lua
-- Keeps the record of a file that a person sends, if the chat and the address have not sent too many: of one that has begun, or of one
-- that is whole and replaces an earlier one of the same message. A full server refuses it.
-- KEYS: 1 records, 2 files by message, 3 files by the hour at which they are forgotten, 4 of the chat, 5 of the address, 6 bytes of all
-- ARGV: 1 file, 2 record, 3 hour at which it is forgotten, 4 message or '', 5 size of eight bytes, 6 now, 7 an hour ago, 8 files an hour
--       of a chat, 9 of an address, 10 bytes of a chat, 11 of an address, 12 of all, 13 ms that all this is kept
-- Returns 'many', 'room', 'gone', or 'ok' and the file that is replaced.
local before = ARGV[4] ~= '' and redis.call('HGET', KEYS[2], ARGV[4])
local function sent(key)
  local n, bytes = 0, 0
  local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #all, 2 do
    if all[i]:sub(1, 16) ~= before then
      bytes = bytes + struct.unpack('>I8', all[i]:sub(17))
      if tonumber(all[i + 1]) > tonumber(ARGV[7]) then n = n + 1 end
    end
  end
  return n, bytes
end
local ofChat, bytesChat = sent(KEYS[4])
local ofAddress, bytesAddress = sent(KEYS[5])
local bytes = tonumber(redis.call('GET', KEYS[6]) or 0)
local old = before and redis.call('HGET', KEYS[1], before)
if old then bytes = bytes - struct.unpack('>I8', old:sub(49, 56)) end
if ofChat >= tonumber(ARGV[8]) or ofAddress >= tonumber(ARGV[9]) or bytesChat >= tonumber(ARGV[10]) or bytesAddress >= tonumber(ARGV[11]) then
  return { 'many' }
end
if bytes >= tonumber(ARGV[12]) then return { 'room' } end
local begun = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1
if ARGV[4] ~= '' and not begun then return { 'gone' } end

redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[1])
  if redis.call('ZADD', KEYS[4], ARGV[6], ARGV[1] .. ARGV[5]) == 1 then
    redis.call('INCRBY', KEYS[6], string.format('%.0f', (struct.unpack('>I8', ARGV[5]))))
  end
  redis.call('ZADD', KEYS[5], ARGV[6], ARGV[1] .. ARGV[5])
end
for i = 1, 6 do redis.call('PEXPIRE', KEYS[i], ARGV[13]) end
if before == ARGV[1] then before = false end
return { 'ok', before or '' }
