package store_test

import (
	"context"
	"fmt"
	"time"

	"llave/bot"
	"llave/store"
)

// An update goes through a store: accepted once, answered by a turn, its reply delivered. The engine and the dispatcher make
// these calls; bodies are sealed before they come here.
func Example() {
	ctx := context.Background()
	now := time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)
	s := store.NewMemory()
	chat := bot.ChatKey{7, 1}

	fence, err := s.AcquireShards(ctx, []bot.Shard{chat.Shard()})
	if err != nil {
		fmt.Println(err)
		return
	}
	arrival := bot.Arrival{Chat: chat, ID: [16]byte{1}, At: now, Body: []byte("token")}
	first, err := s.Accept(ctx, arrival)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := s.Accept(ctx, arrival)
	fmt.Println("a duplicate has no number:", again.Seq, err)

	turn := bot.Turn{Chat: chat, Base: first.Version, Fence: fence, Update: first.Seq, Session: []byte("{}"), Replies: [][]byte{[]byte("048 213")}}
	fmt.Println("commit:", s.Commit(ctx, turn))
	fmt.Println("the same turn again:", s.Commit(ctx, turn))

	messages, err := s.Messages(ctx, chat, 0, bot.PageSize)
	for _, m := range messages {
		fmt.Printf("to send: %s %v\n", m.Body, err)
		fmt.Println("delivered:", s.RecordDelivery(ctx, []bot.DeliveryResult{{Chat: chat, N: m.N, Fence: fence, State: bot.Delivered, At: now}}))
	}
	messages, err = s.Messages(ctx, chat, 0, bot.PageSize)
	fmt.Println("left to send:", len(messages), err)
	// Output:
	// a duplicate has no number: 0 <nil>
	// commit: <nil>
	// the same turn again: store: session has changed since it was read
	// to send: 048 213 <nil>
	// delivered: <nil>
	// left to send: 0 <nil>
}
