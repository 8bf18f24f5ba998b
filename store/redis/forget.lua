#!lua flags=allow-oom
-- Forgets a chat whose date has come and in which nothing is owed. The log keeps its numbers. Returns whether it did.
-- KEYS: 1 chat, 2 waiting, 3 outbox, 4 timers of the chat, 5 ids of the chat, 6 dead of the chat, 7 oldest ids, 8 dead of the
--       shard, 9 events, 10 chats by forget, 11 chats by review
-- ARGV: chat, now
local chat = ARGV[1]
local due = redis.call('ZSCORE', KEYS[10], chat)
if not due or tonumber(due) > tonumber(ARGV[2]) then return 0 end
if redis.call('EXISTS', KEYS[2], KEYS[3], KEYS[4]) > 0 then return 0 end
local effect = redis.call('GETRANGE', KEYS[1], 24, 27)
if effect ~= '' and effect ~= NO_EFFECT then return 0 end
for _, field in ipairs(redis.call('HKEYS', KEYS[6])) do
  if field:sub(1, 1) == 'm' then redis.call('ZREM', KEYS[8], field:sub(2) .. chat) end
end
redis.call('DEL', KEYS[1], KEYS[5], KEYS[6])
redis.call('ZREM', KEYS[7], chat)
redis.call('ZREM', KEYS[10], chat)
redis.call('ZREM', KEYS[11], chat)
for from = 0, 1e9, 256 do
  local page = redis.call('LRANGE', KEYS[9], from, from + 255)
  for i, event in ipairs(page) do
    if event:sub(1, 16) == chat and #event > 16 then redis.call('LSET', KEYS[9], from + i - 1, chat) end
  end
  if #page < 256 then break end
end
return 1
