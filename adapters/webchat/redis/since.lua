#!lua flags=no-writes
-- The entries of a chat behind a number. What is not numbered so any more has to be shown anew.
-- KEYS: 1 chat, 2 entries   ARGV: 1 number, 2 hour from which chats are kept
-- Returns 1 if the entry of that number is not there, the last number or '', the number of the first entry, and the entries.
local after = tonumber(ARGV[1])
local chat = redis.call('HMGET', KEYS[1], 'last', 'at')
if not chat[2] or tonumber(chat[2]) <= tonumber(ARGV[2]) then return { after > 0 and 1 or 0, chat[1] or '', '0' } end
local last = tonumber(chat[1])
local first = last - redis.call('LLEN', KEYS[2]) + 1
local reset = after > 0 and (after < first or after > last)
local from = (after == 0 or reset) and 0 or after - first + 1
local out = redis.call('LRANGE', KEYS[2], from, -1)
table.insert(out, 1, string.format('%.0f', first + from))
table.insert(out, 1, chat[1])
table.insert(out, 1, reset and 1 or 0)
return out
