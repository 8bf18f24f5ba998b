#!lua flags=no-writes
-- An entry of a chat and its file.
-- KEYS: 1 chat, 2 entries, 3 files   ARGV: 1 number, 2 hour from which chats are kept
local chat = redis.call('HMGET', KEYS[1], 'last', 'at')
if not chat[2] or tonumber(chat[2]) <= tonumber(ARGV[2]) then return {} end
local at = tonumber(ARGV[1]) - tonumber(chat[1]) - 1 -- from the end: -1 is the last one
if at >= 0 then return {} end
local record = redis.call('LINDEX', KEYS[2], string.format('%.0f', at))
if not record then return {} end
local file = redis.call('HGET', KEYS[3], record:sub(1, 16))
if not file then return { record } end
return { record, file }
