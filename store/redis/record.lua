#!lua flags=allow-oom
-- Notes what became of messages of one shard, in order, or nothing.
-- KEYS: 1 shard, 2 pending, 3 events, 4 dead of the shard; then of each chat: chat, waiting, outbox, dead of the chat
-- ARGV: fence; of each result: place of its chat among the keys, chat, number, state, tries, due, hour, reason, '1' and event, or ''
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 'fenced' end
for i = 2, #ARGV, 10 do
  local keys, chat, number, state = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local at, message = find(KEYS[keys + 2], number)
  if at then
    if ARGV[i + 8] == '1' then
      redis.call('HINCRBY', KEYS[1], 'event', 1)
      redis.call('RPUSH', KEYS[3], chat .. ARGV[i + 9])
    end
    if state == '1' then
      redis.call('LSET', KEYS[keys + 2], at, number .. ARGV[i + 4] .. ARGV[i + 5] .. message:sub(21))
    else
      if state == '2' then
        bury(KEYS[1], KEYS[4], KEYS[keys + 3], chat, '\2', ARGV[i + 6], number .. '\0\0' .. ARGV[i + 7], message:sub(22))
      end
      take(KEYS[keys + 2], at, message)
      if redis.call('EXISTS', KEYS[keys + 1], KEYS[keys + 2]) == 0 then
        local effect = redis.call('GETRANGE', KEYS[keys], 24, 27)
        if effect == '' or effect == NO_EFFECT then redis.call('ZREM', KEYS[2], chat) end
      end
    end
  end
end
return 'ok'
