package client

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

const goodGroup = `{"own":"m1","members":[` +
	`{"id":"m1","name":"María Elena Gómez","number":"9-4071852/00","kinship":"titular","standing":"EN PADRÓN"},` +
	`{"id":"m2","name":"Lucía Ruiz","number":"9-4071852/05","kinship":"nieta","standing":"BAJA POR EDAD"}]}`

const goodToken = `{"member":"m1","digits":"048291","made":"2026-11-23T12:00:00Z","until":"2026-11-24T03:00:00Z"}`

const goodMonth = `{"month":"2026-11","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max":31,"left":29,"last":9}`

const goodSheet = `{"id":"s1","member":"m1","month":"2026-11","made":"2026-11-20T12:00:00Z","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z",` +
	`"tokens":[{"number":1,"digits":"048291","used_at":"2026-11-21T12:00:00Z"},{"number":2,"digits":"482910"}],"reference":"K7QX-2M9P","proof":"LLAVE1:A B"}`

const goodChat = `{"id":"l1","chat":"c","channel":"Telegram","label":"1234","since":"2026-11-01T12:00:00Z","own":true}`

// goodAnswers are the right answers to callAll, by path.
func goodAnswers() map[string]string {
	given := `{"group":` + goodGroup + `,"tokens":[` + goodToken + `]}`
	sheets := `{"group":` + goodGroup + `,"months":[` + goodMonth + `],"member":"m1","sheets":[` + goodSheet + `]}`
	return map[string]string{
		"sheets/list": sheets, "sheets/print": sheets, "sheets/void": strings.Replace(sheets, `"482910"`, `"482910","voided_at":"2026-11-22T12:00:00Z"`, 1),
		"capabilities":   `{"current_without_minting":true,"keys":true,"token_state":true,"void":false,"sheets":false,"months":false,"sign_in_pages":true}`,
		"group":          goodGroup,
		"tokens/current": given, "tokens/another": given,
		"tokens/state": `{"group":` + goodGroup + `,"member":"m1","exists":true,"made":"2026-11-23T12:00:00Z","until":"2026-11-24T03:00:00Z","tried_at":"2026-11-23T12:30:00Z","tried_why":"unknown"}`,
		"invites":      `{"id":"i-1234567890","url":"https://ioma.example/autogestion/vincular/abc","open_until":"2026-11-23T13:10:00Z"}`,
		"redeem":       `{"credential":"secret-2","group":` + goodGroup + `,"others":[` + strings.ReplaceAll(goodChat, "true", "false") + `]}`,
		"links":        `{"links":[` + goodChat + `]}`,
		"notices":      `{"notices":[{"name":"n1","chat":"secret-chat","what":"replaced","people":["María Elena Gómez"],"by":"Carlos Ruiz"}]}`,
	}
}

func serverWith(t testing.TB, body map[string]string) *Client {
	return serving(t, func(rw http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/autogestion/v1/")
		if path == "links/unlink" || path == "notices/told" {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		rw.Header().Set("Content-Type", "application/json")
		io.WriteString(rw, body[path])
	})
}
