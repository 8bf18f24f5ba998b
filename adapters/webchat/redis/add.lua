#!lua flags=allow-oom
-- Appends an entry to a chat, once. A full server takes it: it is text, and bounded.
-- KEYS: 1 chat, 2 entries, 3 files, 4 closed, 5 question, 6 known, 7 chats by hour, 8 entries by expiry, 9 changes
-- ARGV: 1 mark, 2 body, 3 chat, 4 now, 5 number before the first one, 6 expiry or '', 7 '1' if a question goes first, 8 '1' and 9 the
--       file or '', 10 hour from which closed chats are remembered, 11 hour from which chats are kept, 12 channel, 13 who publishes,
--       14 most entries, 15 most files, 16 ms a chat is kept, 17 ms it is known
-- Returns 'closed', 'question', 'again' or 'added'.
local closed = redis.call('GET', KEYS[4])
if closed and tonumber(closed) > tonumber(ARGV[10]) then return 'closed' end
if ARGV[7] == '1' and redis.call('EXISTS', KEYS[5]) == 1 then return 'question' end
local chat = redis.call('HMGET', KEYS[1], 'last', 'at')
local over = not chat[2] or tonumber(chat[2]) <= tonumber(ARGV[11])
if not over then
  for from = 0, 1e9, 64 do
    local page = redis.call('LRANGE', KEYS[2], from, from + 63)
    for _, record in ipairs(page) do
      if record:sub(1, 16) == ARGV[1] then
        redis.call('HSET', KEYS[1], 'at', chat[2]) -- a write, because WAIT speaks for the last write of the connection
        return 'again'
      end
    end
    if #page < 64 then break end
  end
end

if over then redis.call('DEL', KEYS[2], KEYS[3]) end -- it was to be forgotten
if not chat[1] then redis.call('SET', KEYS[6], ARGV[4], 'PX', ARGV[17]) end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', tonumber(chat[1] or ARGV[5]) + 1), 'at', ARGV[4])
if redis.call('RPUSH', KEYS[2], ARGV[1] .. ARGV[2]) > tonumber(ARGV[14]) then
  local old = redis.call('LPOP', KEYS[2]):sub(1, 16)
  redis.call('HDEL', KEYS[3], old)
  redis.call('ZREM', KEYS[8], ARGV[3] .. old)
end
if ARGV[8] == '1' then
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[9])
  if redis.call('HLEN', KEYS[3]) > tonumber(ARGV[15]) then
    for _, record in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
      if redis.call('HDEL', KEYS[3], record:sub(1, 16)) == 1 then break end
    end
  end
end
if ARGV[6] ~= '' then redis.call('ZADD', KEYS[8], ARGV[6], ARGV[3] .. ARGV[1]) end
redis.call('ZADD', KEYS[7], ARGV[4], ARGV[3])
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[16]) end
redis.call('PUBLISH', ARGV[12], 'm' .. ARGV[13] .. ARGV[3] .. redis.call('INCR', KEYS[9]))
return 'added'
