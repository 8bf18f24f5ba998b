#!lua flags=allow-oom
-- Erases a chat's entries but the last ones, which get new numbers, and appends an entry that marks it.
-- KEYS: 1 chat, 2 entries, 3 files, 4 closed, 5 question, 6 known, 7 chats by hour, 8 entries by expiry, 9 changes
-- ARGV: 1 mark, 2 body, 3 chat, 4 now, 5 number before the first one, 6 how many entries stay, 7 the last number as it was when they
--       were counted, or '', 8 hour from which closed chats are remembered, 9 channel, 10 who publishes, 11 ms a chat is kept,
--       12 ms it is known
-- Returns 'closed', 'question', 'again', 'changed' or 'erased'.
local closed = redis.call('GET', KEYS[4])
if closed and tonumber(closed) > tonumber(ARGV[8]) then return 'closed' end
if redis.call('EXISTS', KEYS[5]) == 1 then return 'question' end
local last = redis.call('HGET', KEYS[1], 'last')
for _, record in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  if record:sub(1, 16) == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1], ARGV[11])
    return 'again'
  end
end
if (last or '') ~= ARGV[7] then return 'changed' end

local stay = tonumber(ARGV[6])
if stay > 0 then redis.call('LTRIM', KEYS[2], -stay, -1) else redis.call('DEL', KEYS[2]) end
redis.call('DEL', KEYS[3])
if not last then redis.call('SET', KEYS[6], ARGV[4], 'PX', ARGV[12]) end
redis.call('HSET', KEYS[1], 'last', string.format('%.0f', tonumber(last or ARGV[5]) + stay + 1), 'at', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[1] .. ARGV[2])
redis.call('ZADD', KEYS[7], ARGV[4], ARGV[3])
for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], ARGV[11]) end
redis.call('PUBLISH', ARGV[9], 'm' .. ARGV[10] .. ARGV[3] .. redis.call('INCR', KEYS[9]))
return 'erased'
