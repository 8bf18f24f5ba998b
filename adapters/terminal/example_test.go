package terminal_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"llave/adapters/terminal"
	"llave/bot"
)

// echo is a bot that answers at once through a channel. The engine keeps an update first, and answers later.
type echo struct{ channel bot.Channel }

func (e echo) Accept(ctx context.Context, u bot.Update) error {
	return e.channel.Send(ctx, u.Chat, bot.Reply{Text: "You wrote: " + u.Text, Choices: []bot.Option{{Text: "Again"}}})
}

// A channel turns its own form of a message into a bot.Update, and a bot.Reply into its own form of a message.
func Example() {
	term, err := terminal.New("example", strings.NewReader("hello\n"), os.Stdout, time.Now)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := term.Run(context.Background(), echo{term}, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// You wrote: hello
	// [1] Again
}
