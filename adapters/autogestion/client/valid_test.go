package client

import (
	"errors"
	"strings"
	"testing"
)

func TestClientTakesGoodAnswers(t *testing.T) {
	for op, err := range callAll(t.Context(), serverWith(t, goodAnswers())) {
		if err != nil {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// An insurer may add fields, leave out optional ones, and have a damaged name in its data base.
func TestClientIsTolerant(t *testing.T) {
	for _, c := range []struct{ path, old, new string }{
		{"group", `"own"`, `"since":{"a":[1,{"b":null}]},"own"`},
		{"group", `"id":"m1"`, `"plan":"x","id":"m1"`},
		{"group", "María", "Mar\ufffda"},
		{"group", `"kinship":"titular",`, ``},
		{"capabilities", `"keys"`, `"digital_card":{"x":1},"keys"`},
		{"tokens/current", `"tokens"`, `"denials":null,"tokens"`},
		{"tokens/current", `2026-11-23T12:00:00Z`, `2026-11-23T09:00:00.123456789-03:00`},
		{"tokens/current", `2026-11-23T12:00:00Z`, `2026-11-23T13:04:59Z`}, // its clock is ahead
		{"tokens/another", `2026-11-24T03:00:00Z`, `2026-11-23T12:30:00Z`}, // an old answer again
		{"tokens/state", `"exists":true`, `"exists":false,"used_at":null`},
		{"redeem", `"others":[`, `"others":null,"x":[`},
		{"sheets/list", `"proof":"LLAVE1:A B"`, `"proof":"","plan":{}`}, // it signs nothing
		{"sheets/list", `,"reference":"K7QX-2M9P"`, ``},
		{"sheets/list", `[` + goodMonth + `]`, `[]`}, // none can be ordered today
		{"sheets/list", `[` + goodSheet + `]`, `null`},
		{"sheets/list", `"sheets":[` + goodSheet + `]`, `"denied":"not_active"`},
		{"sheets/list", `"sheets":[`, `"denied":"not_active","sheets":[`}, // to be made void
		{"sheets/list", `"number":2`, `"number":9`},
		{"sheets/list", `"last":9`, `"last":2`},
		{"sheets/print", `"last":9`, `"last":9999`},
		{"sheets/print", `"sheets":[` + goodSheet + `]`, `"denied":"changed"`},
		{"sheets/print", `"sheets":[` + goodSheet + `]`, `"denied":"too_many"`},
		{"sheets/print", `"sheets":[` + goodSheet + `]`, `"denied":"not_offered"`},
		{"sheets/print", `2026-11-20T12:00:00Z`, `2026-11-20T09:00:00.5-03:00`},
		{"sheets/void", `"member":"m1","sheets":[`, `"denied":"not_in_charge","x":[`},
	} {
		good := goodAnswers()
		if !strings.Contains(good[c.path], c.old) {
			t.Fatalf("%s has no %s", c.path, c.old)
		}
		good[c.path] = strings.Replace(good[c.path], c.old, c.new, 1)
		for op, err := range callAll(t.Context(), serverWith(t, good)) {
			if err != nil {
				t.Errorf("%s with %s: %s: %v", c.path, c.new, op, err)
			}
		}
	}
	st, err := serverWith(t, map[string]string{"tokens/state": strings.Replace(goodAnswers()["tokens/state"], `"exists":true`, `"exists":false`, 1)}).State(t.Context(), secretCredential, "m1")
	if err != nil || !st.Made.IsZero() || st.TriedWhy != "" {
		t.Errorf("a token that never was has %+v, %v", st, err)
	}
}

// Every 200 that breaks the contract is no answer, with the word for it; the other calls are not affected.
func TestClientBelievesNothing(t *testing.T) {
	another := strings.NewReplacer(`"s1"`, `"s2"`, "048291", "048292", "482910", "482911").Replace(goodSheet) // its numbers are taken
	for _, c := range []struct{ path, old, new, why string }{
		{"tokens/current", `048291`, `48291`, "token_digits"},
		{"tokens/current", `048291`, `0482910`, "token_digits"},
		{"tokens/current", `048291`, `04829a`, "token_digits"},
		{"tokens/current", `048291`, `048 91`, "token_digits"},
		{"tokens/current", `048291`, `٠٤٨`, "token_digits"}, // six bytes, three digits of another script
		{"tokens/current", `"048291"`, `48291`, "field_type"},
		{"tokens/current", `"048291"`, `null`, "token_digits"},
		{"tokens/current", `"digits":"048291"`, `"digits":"048291","digits":"111111"`, "field_twice"},
		{"tokens/current", `"digits":"048291"`, `"digits":"048291","Digits":"111111"`, "field_twice"},
		{"tokens/current", `"digits":"048291"`, `"digits":"048291","digitſ":"111111"`, "field_twice"},
		{"tokens/current", `"tokens":[`, `"tokens":[],"tokens":[`, "field_twice"},
		{"tokens/current", `[` + goodToken + `]`, `[]`, "given_members"},
		{"tokens/current", `[` + goodToken + `]`, `null`, "given_members"},
		{"tokens/current", `[` + goodToken + `]`, `[null]`, "given_members"},
		{"tokens/current", `[` + goodToken + `]`, `{}`, "field_type"},
		{"tokens/current", goodToken, goodToken + "," + goodToken, "given_members"},
		{"tokens/current", goodToken, goodToken + `,` + strings.Replace(goodToken, "m1", "m2", 1), "given_members"},
		{"tokens/current", `[` + goodToken + `]`, `[` + goodToken + `],"denials":[{"member":"m1","reason":"not_active"}]`, "given_members"},
		{"tokens/current", `[` + goodToken + `]`, `[],"denials":[{"member":"m1","reason":"why not"}]`, "denial_reason"},
		{"tokens/current", `[` + goodToken + `]`, `[],"denials":[{"member":"m2","reason":"not_active"}]`, "given_members"},
		{"tokens/current", `{"member":"m1"`, `{"member":"m2"`, "given_members"}, // another member of the family
		{"tokens/current", `{"member":"m1"`, `{"member":"m9"`, "given_members"},
		{"tokens/another", `{"member":"m1"`, `{"member":"m2"`, "given_members"},
		{"tokens/another", `048291`, `4829a1`, "token_digits"},
		{"tokens/current", `"own":"m1","members":[{"id":"m1"`, `"own":"m2","members":[{"id":"m3"`, "token_stranger"}, // who left
		{"tokens/current", `2026-11-24T03:00:00Z`, `2026-11-23T12:00:00Z`, "token_times"},
		{"tokens/current", `2026-11-24T03:00:00Z`, `2026-11-26T03:00:00Z`, "token_times"},
		{"tokens/current", `2026-11-23T12:00:00Z`, `2026-11-23T13:05:00Z`, "token_times"},
		{"tokens/current", `2026-11-23T12:00:00Z`, `0001-01-01T00:00:00Z`, "token_times"},
		{"tokens/current", `"2026-11-23T12:00:00Z"`, `1795435200`, "field_type"},
		{"tokens/current", `"2026-11-23T12:00:00Z"`, `"today"`, "field_type"},
		{"tokens/current", `2026-11-24T03:00:00Z`, `2026-11-23T12:55:00Z`, "token_over"},
		{"tokens/current", `"group":` + goodGroup, `"group":null`, "missing_field"},
		{"tokens/current", `"group":` + goodGroup + `,`, ``, "missing_field"},
		{"group", `"own":"m1"`, `"own":"m9"`, "group_own"},
		{"group", `"own":"m1"`, `"own":null`, "missing_field"},
		{"group", `"id":"m2"`, `"id":"m1"`, "group_ids"},
		{"group", `"id":"m2"`, `"id":""`, "group_ids"},
		{"group", `"id":"m2"`, `"id":"\ud800"`, "group_ids"},
		{"group", `"id":"m2"`, `"id":"` + strings.Repeat("m", 101) + `"`, "group_ids"},
		{"group", `Lucía Ruiz`, ``, "group_texts"},
		{"group", `Lucía Ruiz`, `Lucía\nTu token es`, "group_texts"},
		{"group", `Lucía Ruiz`, `Lucía\u202eziuR`, "group_texts"},
		{"group", `9-4071852/05`, ``, "group_texts"},
		{"group", `BAJA POR EDAD`, ``, "group_texts"},
		{"group", "Lucía", "Luc\xeda", "encoding"},
		{"tokens/state", `"member":"m1","exists"`, `"member":"m2","exists"`, "state_member"},
		{"tokens/state", `"own":"m1","members":[{"id":"m1"`, `"own":"m2","members":[{"id":"m3"`, "state_member"},
		{"tokens/state", `"exists":true,`, ``, "missing_field"},
		{"tokens/state", `"tried_why":"unknown"`, `"tried_why":"who knows"`, "state_tried"},
		{"tokens/state", `"until":"2026-11-24T03:00:00Z"`, `"until":"2126-11-24T03:00:00Z"`, "token_times"},
		{"tokens/state", `"tried_at"`, `"used_at":"2026-11-23T14:00:00Z","tried_at"`, "state_times"},
		{"tokens/state", `"tried_at"`, `"locked_until":"2036-11-23T14:00:00Z","tried_at"`, "state_times"},
		{"invites", `https://ioma`, `javascript:alert//ioma`, "invite_url"},
		{"invites", `https://ioma`, `http://ioma`, "invite_url"},
		{"invites", `https://ioma.example`, `https://u:p@ioma.example`, "invite_url"},
		{"invites", `vincular/abc`, `vincular/a bc`, "invite_url"},
		{"invites", `vincular/abc`, `vincular/i-1234567890`, "invite_tells"},
		{"invites", `i-1234567890`, ``, "invite_id"},
		{"invites", `2026-11-23T13:10:00Z`, `2026-11-25T13:10:00Z`, "invite_times"},
		{"redeem", `secret-2`, ``, "grant_credential"},
		{"redeem", `secret-2`, `secret\n2`, "grant_credential"},
		{"redeem", `"own":false`, `"own":true`, "links_own"},
		{"redeem", `"own":"m1"`, `"own":"m9"`, "group_own"},
		{"links", `"own":true`, `"own":false`, "links_own"},
		{"links", goodChat, goodChat + `,` + goodChat, "links_ids"},
		{"links", goodChat, goodChat + `,` + strings.Replace(goodChat, "l1", "l2", 1), "links_own"},
		{"links", `Telegram`, "Tele\\ngram", "links_texts"},
		{"links", `"2026-11-01T12:00:00Z"`, `null`, "links_texts"},
		{"links", `[` + goodChat + `]`, `null`, "missing_field"},
		{"sheets/list", `"month":"2026-11","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max"`, `"month":"2026-13","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max"`, "months"},
		{"sheets/list", `"from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max"`, `"from":"2026-11-01T03:00:00Z","until":"2026-12-01T02:59:59Z","max"`, "months"},
		{"sheets/list", `"from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max"`, `"from":"2026-11-01T00:00:00Z","until":"2026-12-01T00:00:00Z","max"`, "months"},
		{"sheets/print", `"month":"2026-11","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","max"`, `"month":"2026-10","from":"2026-10-01T03:00:00Z","until":"2026-11-01T03:00:00Z","max"`, "months"},
		{"sheets/list", `"max":31,"left":29`, `"max":31,"left":32`, "months_left"},
		{"sheets/void", `"max":31,"left":29`, `"max":31,"left":-1`, "months_left"},
		{"sheets/list", `"max":31`, `"max":100000`, "months_left"},
		{"sheets/list", `"member":"m1","sheets"`, `"member":"m2","sheets"`, "sheets_stranger"},
		{"sheets/list", `"member":"m1","sheets"`, `"sheets"`, "sheets_stranger"},
		{"sheets/print", `"member":"m1","sheets"`, `"member":"m2","sheets"`, "sheets_stranger"},
		{"sheets/list", `"id":"s1","member":"m1"`, `"id":"s1","member":"m2"`, "sheets_stranger"},
		{"sheets/void", `"id":"s1","member":"m1"`, `"id":"s1","member":"m9"`, "sheets_stranger"},
		{"sheets/list", `"own":"m1","members":[{"id":"m1"`, `"own":"m2","members":[{"id":"m3"`, "sheets_stranger"},
		{"sheets/list", `"id":"s1"`, `"id":""`, "sheets_id"},
		{"sheets/void", `"id":"s1"`, `"id":"s2"`, "sheets_id"},
		{"sheets/list", `"month":"2026-11","made"`, `"month":"2026-12","made"`, "sheets_month"},
		{"sheets/list", `"from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","tokens"`, `"from":"2026-11-01T03:00:01Z","until":"2026-12-01T03:00:00Z","tokens"`, "sheets_month"},
		{"sheets/print", `"month":"2026-11","made":"2026-11-20T12:00:00Z","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z"`, `"month":"2026-12","made":"2026-11-20T12:00:00Z","from":"2026-12-01T03:00:00Z","until":"2027-01-01T03:00:00Z"`, "sheets_times"},
		{"sheets/print", `"month":"2026-11","made":"2026-11-20T12:00:00Z","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","tokens":[{"number":1,"digits":"048291","used_at":"2026-11-21T12:00:00Z"}`, `"month":"2026-12","made":"2026-11-20T12:00:00Z","from":"2026-12-01T03:00:00Z","until":"2027-01-01T03:00:00Z","tokens":[{"number":1,"digits":"048291"}`, "sheets_month"},
		{"sheets/list", `"month":"2026-11","made":"2026-11-20T12:00:00Z","from":"2026-11-01T03:00:00Z","until":"2026-12-01T03:00:00Z","tokens":[{"number":1,"digits":"048291","used_at":"2026-11-21T12:00:00Z"}`, `"month":"2026-10","made":"2026-10-20T12:00:00Z","from":"2026-10-01T03:00:00Z","until":"2026-11-01T03:00:00Z","tokens":[{"number":1,"digits":"048291"}`, "sheets_over"},
		{"sheets/list", `"made":"2026-11-20`, `"made":"2026-11-24`, "sheets_times"},
		{"sheets/list", `"made":"2026-11-20T12:00:00Z"`, `"made":null`, "sheets_times"},
		{"sheets/list", `{"number":2,"digits":"482910"}`, `{"number":1,"digits":"482910"}`, "sheets_numbers"},
		{"sheets/list", `"number":1`, `"number":0`, "sheets_numbers"},
		{"sheets/list", `"number":2`, `"number":10000`, "sheets_numbers"},
		{"sheets/list", `"482910"`, `"48291"`, "sheets_digits"},
		{"sheets/print", `"482910"`, `482910`, "field_type"},
		{"sheets/print", `"482910"`, `"48291a"`, "sheets_digits"},
		{"sheets/list", `"482910"`, `"048291"`, "sheets_twice"},
		{"sheets/list", `"used_at":"2026-11-21T12:00:00Z"`, `"used_at":"2026-11-24T12:00:00Z"`, "sheets_times"},
		{"sheets/list", `"used_at":"2026-11-21T12:00:00Z"`, `"used_at":"2026-11-19T12:00:00Z"`, "sheets_times"},
		{"sheets/list", `"used_at":"2026-11-21T12:00:00Z"`, `"used_at":"2026-11-21T12:00:00Z","voided_at":"2026-11-22T12:00:00Z"`, "sheets_times"},
		{"sheets/list", `"digits":"482910"`, `"digits":"482910","voided_at":"2026-11-19T12:00:00Z"`, "sheets_times"},
		{"sheets/list", `"digits":"048291","used_at":"2026-11-21T12:00:00Z"},{"number":2,"digits":"482910"}`, `"digits":"048291","voided_at":"2026-11-21T12:00:00Z"}`, "sheets_over"},
		{"sheets/void", `"digits":"482910","voided_at":"2026-11-22T12:00:00Z"`, `"digits":"482910"`, "sheets_alive"},
		{"sheets/print", `,{"number":2,"digits":"482910"}`, ``, "sheets_count"},
		{"sheets/list", `[{"number":1,"digits":"048291","used_at":"2026-11-21T12:00:00Z"},{"number":2,"digits":"482910"}]`, `[]`, "sheets_count"},
		{"sheets/print", `"proof":"LLAVE1:A B"`, `"proof":"LLAVE1:a b"`, "sheets_proof"},
		{"sheets/list", `"reference":"K7QX-2M9P"`, `"reference":"K7QX\n2M9P"`, "sheets_proof"},
		{"sheets/list", `"last":9`, `"last":-1`, "months_last"},
		{"sheets/list", `"last":9}],"member":"m1","sheets":[` + goodSheet + `]`, `"last":-1}],"member":"m1","sheets":[]`, "months_last"},
		{"sheets/list", `"last":9`, `"last":1`, "months_last"},
		{"sheets/list", `,"last":9`, ``, "months_last"}, // 0, and there are two
		{"sheets/print", `"last":9`, `"last":1`, "months_last"},
		{"sheets/void", `"last":9`, `"last":10000`, "months_last"},
		{"sheets/list", `"last":9`, `"last":"9"`, "field_type"},
		{"sheets/list", `"member":"m1","sheets":[`, `"denied":"not_active","member":"m1","sheets":[` + strings.Replace(goodSheet, `"m1"`, `"m2"`, 1) + `],"x":[`, "sheets_stranger"},
		{"sheets/list", `"member":"m1","sheets"`, `"denied":"not_in_charge","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/list", `"member":"m1","sheets"`, `"denied":"changed","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/list", `"sheets":[` + goodSheet + `]`, `"denied":"changed"`, "sheets_denied"},
		{"sheets/print", `"member":"m1","sheets"`, `"denied":"not_active","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/print", `"member":"m1","sheets"`, `"denied":"changed","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/void", `"member":"m1","sheets"`, `"denied":"not_in_charge","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/void", `"member":"m1","sheets":[`, `"denied":"not_active","x":[`, "sheets_denied"}, // the standing is no hindrance
		{"sheets/void", `"member":"m1","sheets"`, `"denied":"too_many","member":"m1","sheets"`, "sheets_denied"},
		{"sheets/list", `"months"`, `"weeks"`, "missing_field"},
		{"sheets/print", `"months":[`, `"months":null,"x":[`, "missing_field"},
		{"sheets/void", `"number":1`, `"number":1.5`, "field_type"},
		{"sheets/list", `[` + goodSheet + `]`, `[` + goodSheet + `,` + goodSheet + `]`, "sheets_id"},
		{"sheets/list", goodSheet, goodSheet + `,` + strings.Replace(goodSheet, `"s1"`, `"s2"`, 1), "sheets_twice"},
		{"sheets/list", goodSheet, goodSheet + `,` + another, "sheets_twice"},
		{"sheets/list", goodSheet, goodSheet + `,` + strings.NewReplacer(`"number":1,`, `"number":3,`, `"number":2,`, `"number":4,`, "11-20T", "11-19T").Replace(another), "sheets_order"},
		{"sheets/print", goodSheet, goodSheet + `,` + strings.NewReplacer(`"number":1,`, `"number":3,`, `"number":2,`, `"number":4,`).Replace(another), "sheets_count"},
		{"sheets/print", `[` + goodSheet + `]`, `[]`, "sheets_count"},
		{"sheets/print", `"proof":"LLAVE1:A B"`, `"proof":"` + strings.Repeat("A", 401) + `"`, "sheets_proof"},
		{"sheets/list", goodMonth, goodMonth + `,` + goodMonth, "months"},
		{"capabilities", `"keys":true,`, ``, "missing_field"},
		{"capabilities", `"keys":true`, `"keys":null`, "missing_field"},
		{"capabilities", `"keys":true`, `"keys":"true"`, "field_type"},
		{"capabilities", `{`, `[{`, "json"},
		{"capabilities", `true}`, `true}{}`, "json"},
		{"capabilities", `true}`, `true`, "json"},
	} {
		good := goodAnswers()
		if !strings.Contains(good[c.path], c.old) {
			t.Fatalf("%s has no %s", c.path, c.old)
		}
		good[c.path] = strings.Replace(good[c.path], c.old, c.new, 1)
		all := callAll(t.Context(), serverWith(t, good))
		bad := map[string]string{"tokens/current": "current", "tokens/another": "another", "tokens/state": "state", "invites": "invite", "links": "chats",
			"sheets/list": "sheets", "sheets/print": "print", "sheets/void": "void"}[c.path]
		if bad == "" {
			bad = c.path
		}
		for op, err := range all {
			var none *NoAnswer
			switch {
			case op != bad && err != nil:
				t.Errorf("%s with %s: %s: %v", c.path, c.new, op, err)
			case op == bad && (!errors.As(err, &none) || none.Why != c.why):
				t.Errorf("%s with %s: %v, want %s", c.path, c.new, err, c.why)
			case op == bad:
				isNone(t, c.new, err)
			}
		}
	}
}
