#!lua flags=allow-oom
-- Writes all of a turn or nothing: it looks first and writes last.
-- KEYS: 1 shard, 2 chat, 3 waiting, 4 outbox, 5 pending, 6 timers of the shard, 7 timers of the chat, 8 events,
--       9 dead of the shard, 10 dead of the chat, 11 chats by forget, 12 chats by review
-- ARGV: 1 fence, 2 base, 3 update or '', 4 chat, 5 record, 6 forget and 7 review as scores or '', 8 purge, 9 hour of the turn,
--       10.. numbers of replies, events, timers, dead letters, and then those
local chat = ARGV[4]
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 'fenced' end
local old = redis.call('GET', KEYS[2])
if (old and old:sub(1, 8) or '\0\0\0\0\0\0\0\0') ~= ARGV[2] then return 'conflict' end
local hour = ARGV[9]
local at, update
if ARGV[3] ~= '' then
  at, update = find(KEYS[3], ARGV[3])
  if not at then return 'conflict' end
  hour = update:sub(9, 16)
end

redis.call('SET', KEYS[2], ARGV[5])
if (old and old:sub(9, 24) or NONE .. NONE) ~= ARGV[5]:sub(9, 24) then
  for i = 6, 7 do
    if ARGV[i] == '' then redis.call('ZREM', KEYS[i + 5], chat) else redis.call('ZADD', KEYS[i + 5], ARGV[i], chat) end
  end
end
if at then take(KEYS[3], at, update) end
if ARGV[8] == '1' then
  local all, kept = redis.call('LRANGE', KEYS[4], 0, -1), {}
  for _, message in ipairs(all) do
    if message:byte(21) == 1 then kept[#kept + 1] = message end
  end
  if #kept < #all then redis.call('DEL', KEYS[4]) end
  if #kept > 0 and #kept < #all then
    for _, message in ipairs(kept) do redis.call('RPUSH', KEYS[4], message) end
  end
  for _, field in ipairs(redis.call('HKEYS', KEYS[10])) do -- a reply that was withdrawn must not be put back
    if field:sub(1, 1) == 'm' then
      local kind = redis.call('HGET', KEYS[10], field):byte(1)
      if kind == 2 or kind == 0 then redis.call('HSET', KEYS[10], 'b' .. field:sub(2), '') end
    end
  end
end
local replies, events, timers, dead = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local next = 14
if replies > 0 then redis.call('RPUSH', KEYS[4], unpack(ARGV, next, next + replies - 1)) end
next = next + replies
if events > 0 then redis.call('HINCRBY', KEYS[1], 'event', events) end
for i = next, next + events - 1 do redis.call('RPUSH', KEYS[8], chat .. ARGV[i]) end
next = next + events
for i = next, next + 3 * timers - 1, 3 do -- name, hour as a score or '', hour and body
  if ARGV[i + 1] == '' then
    redis.call('ZREM', KEYS[6], chat .. ARGV[i])
    redis.call('HDEL', KEYS[7], ARGV[i])
  else
    redis.call('ZADD', KEYS[6], ARGV[i + 1], chat .. ARGV[i])
    redis.call('HSET', KEYS[7], ARGV[i], ARGV[i + 2])
  end
end
next = next + 3 * timers
for i = next, next + 4 * dead - 1, 4 do -- kind, hour or '', rest, body
  bury(KEYS[1], KEYS[9], KEYS[10], chat, ARGV[i], ARGV[i + 1] == '' and hour or ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
if replies > 0 or ARGV[5]:sub(25, 28) ~= NO_EFFECT then
  if not at then redis.call('ZADD', KEYS[5], 0, chat) end -- with an update that waited it is there
elseif redis.call('EXISTS', KEYS[3], KEYS[4]) == 0 then
  redis.call('ZREM', KEYS[5], chat)
end
return 'ok'
