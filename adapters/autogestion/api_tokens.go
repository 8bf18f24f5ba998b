package autogestion

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// byLink is a call that speaks for a person and says nothing else. Calls with a body have the same field: huma
// does not look into embedded types that are not exported.
type byLink struct {
	Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
}

// body wraps an answer as huma wants it.
type body[T any] struct{ Body T }

func bodyOf[T any](v T) *body[T] { return &body[T]{v} }

// nothing is an answer that says only that it was done.
type nothing struct{}

// Capabilities tells what this back end can do.
func (s *Service) Capabilities(context.Context) (backend.Capabilities, error) {
	return backend.Capabilities{CurrentWithoutMinting: true, Keys: true, TokenState: true, Void: true, Sheets: true, Months: true,
		SignInPages: true}, nil
}

func (s *Service) serveTokens(api huma.API) {
	bot := map[string][]string{"bot": {}}
	person := map[string][]string{"bot": {}, "credential": {}}
	refuses := map[int]string{401: "credential", 403: "bot_key"}

	register(s, api, operation(api, http.MethodGet, "capabilities", "capabilities", "What this back end can do", bot, map[int]string{403: "bot_key"}),
		func(ctx context.Context, _ *struct{}) (*body[backend.Capabilities], error) {
			can, err := s.Capabilities(ctx)
			return bodyOf(can), err
		})
	register(s, api, operation(api, http.MethodGet, "group", "group", "The family group as it is now", person, refuses),
		func(ctx context.Context, in *byLink) (*body[backend.Group], error) {
			g, err := s.Group(ctx, in.Credential)
			return bodyOf(g), err
		})
	register(s, api, operation(api, http.MethodPost, "tokens/current", "current", "Each member's live token, or the day's next one", person, refuses),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.CurrentBody
		}) (*body[backend.Given], error) {
			g, err := s.Current(ctx, in.Credential, in.Body.Members)
			return bodyOf(g), err
		})
	register(s, api, operation(api, http.MethodPost, "tokens/another", "another", "Replace a member's token by a new one", person,
		map[int]string{401: "credential", 403: "bot_key", 409: "key_taken"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.AnotherBody
		}) (*body[backend.Given], error) {
			g, err := s.Another(ctx, in.Credential, in.Body.Member, in.Body.Key)
			return bodyOf(g), err
		})
	register(s, api, operation(api, http.MethodGet, "tokens/state", "state", "What became of a member's newest token, without its digits", person,
		map[int]string{401: "credential", 403: "bot_key", 404: "not_in_charge"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Member     string             `query:"member" required:"true" maxLength:"100"`
		}) (*body[backend.TokenState], error) {
			st, err := s.State(ctx, in.Credential, backend.MemberID(in.Member))
			return bodyOf(st), err
		})
}

// register mounts a call that only the bot may make.
func register[I, O any](s *Service, api huma.API, op huma.Operation, f func(context.Context, *I) (*O, error)) {
	op.Middlewares = huma.Middlewares{s.botOnly}
	huma.Register(api, op, answering(s, op.OperationID, f))
}

// answering turns a call's error into what the API says.
func answering[I, O any](s *Service, op string, f func(context.Context, *I) (*O, error)) func(context.Context, *I) (*O, error) {
	return func(ctx context.Context, in *I) (*O, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, s.refusal(ctx, op, err)
		}
		return out, nil
	}
}
