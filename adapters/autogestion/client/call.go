package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// answerMax bounds an answer, in bytes. The largest, a group of fifty with their tokens, has some 20 KiB.
const answerMax = 1 << 20

// apiRequest is a call.
type apiRequest struct {
	op, method, path string
	query            url.Values
	// credential is sent. If personal, a 401 with the code "credential" means ErrUnlinked.
	credential backend.Credential
	personal   bool
	body       any
	repeatable bool
	refuses    []error  // further refusals that the call may have
	need       []string // required fields of the answer
}

// apiResponse is an answer before it is validated.
type apiResponse struct {
	status int
	json   bool
	body   []byte
}

// call makes a call and decodes its answer into out. If out is nil, the right answer is a 204. valid returns the fault of
// the answer, "" if there is none.
func (c *Client) call(ctx context.Context, r apiRequest, out any, valid func() string) error {
	res, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	none := func(why string) error { return &NoAnswer{Op: r.op, Status: res.status, Why: why} }
	switch {
	case out == nil && res.status == http.StatusNoContent:
		return nil
	case out == nil || res.status != http.StatusOK:
		return c.refused(r, res)
	case !res.json:
		return none("content_type")
	}
	if why := decode(res.body, out, r.need); why != "" {
		return none(why)
	}
	if valid != nil {
		if why := valid(); why != "" {
			return none(why)
		}
	}
	return nil
}

// exchange is a call and its answer.
type exchange struct {
	path string
	res  apiResponse
	err  error // why there is no answer
}

// send makes a call and reads the answer, whatever it says.
func (c *Client) send(ctx context.Context, r apiRequest) (apiResponse, error) {
	res, err := c.exchange(ctx, r)
	if c.last != nil {
		*c.last = exchange{r.path, res, err}
	}
	return res, err
}

func (c *Client) exchange(ctx context.Context, r apiRequest) (apiResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return apiResponse{}, unreachable(r.op, err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return apiResponse{}, unreachable(r.op, err)
	}
	defer res.Body.Close()
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	got := apiResponse{status: res.StatusCode, json: kind == "application/json" || strings.HasSuffix(kind, "+json")}
	// Read to the end, so that the connection can be used again.
	if got.body, err = io.ReadAll(io.LimitReader(res.Body, answerMax+1)); err != nil {
		return got, cutOff(r.op, res.StatusCode, err)
	}
	if len(got.body) > answerMax {
		return got, &NoAnswer{Op: r.op, Status: res.StatusCode, Why: "too_large"}
	}
	return got, nil
}

func (c *Client) request(ctx context.Context, r apiRequest) (*http.Request, error) {
	u := c.base.JoinPath("autogestion", "v1", r.path)
	u.RawQuery = r.query.Encode()
	var body []byte
	if raw, ok := r.body.(json.RawMessage); ok {
		body = raw // it may be malformed on purpose
	} else if r.body != nil {
		var err error
		if body, err = json.Marshal(r.body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "llave")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	if len(body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.credential != "" {
		req.Header.Set("Llave-Credential", string(r.credential))
	}
	if r.repeatable {
		req.Header["Idempotency-Key"] = []string{} // a mark for net/http: empty, so it is not sent
	}
	return req, nil
}

// repeatable reports whether a call may be repeated if a kept connection turns out to be closed before a byte of the answer
// came. That happens whenever the back end restarts. net/http then repeats by itself the calls that it knows to be harmless:
// every GET, and those that are marked. The back end may have acted on the first call, so a call with a key is repeated only
// where keys are honoured, and current only where it never mints.
func (c *Client) repeatable(declared func(backend.Capabilities) bool) bool {
	can := c.can.Load()
	return can != nil && declared(*can)
}

func honoursKeys(can backend.Capabilities) bool { return can.Keys }

// refused returns the error of the port for a refusal. A proxy, a portal or another service at the same address may also
// answer 401 and 404: only the API's own code with its own status is a refusal, everything else is no answer.
func (c *Client) refused(r apiRequest, res apiResponse) error {
	code, left := res.refusal()
	switch {
	case res.status == http.StatusForbidden && code == "bot_key":
		return &NoAnswer{Op: r.op, Status: res.status, Why: "bot_key", Err: ErrBotKey}
	case res.status == http.StatusUnauthorized && code == "credential" && r.personal:
		return opError(r.op, backend.ErrUnlinked)
	case res.status == http.StatusConflict && code == "wrong_code" && left != nil && *left >= 0 && *left <= leftMax:
		return r.mayRefuse(res, &backend.WrongCode{Left: *left})
	case res.status == http.StatusNotFound && code == "no_invite":
		return r.mayRefuse(res, backend.ErrNoInvite)
	case res.status == http.StatusNotFound && code == "not_in_charge":
		return r.mayRefuse(res, backend.ErrNotInCharge)
	}
	return r.unknown(res)
}

// leftMax is more tries than any back end should give.
const leftMax = 100

// mayRefuse passes a refusal only if the call declares it.
func (r apiRequest) mayRefuse(res apiResponse, err error) error {
	var wrong, declared *backend.WrongCode
	for _, may := range r.refuses {
		if may == err || errors.As(err, &wrong) && errors.As(may, &declared) {
			return opError(r.op, err)
		}
	}
	return r.unknown(res)
}

func (r apiRequest) unknown(res apiResponse) error {
	why := "status"
	if res.status == http.StatusTooManyRequests {
		why = "too_many"
	}
	return &NoAnswer{Op: r.op, Status: res.status, Why: why}
}

// refusal returns the code of a refusal, "" if the answer is none.
func (res apiResponse) refusal() (code string, left *int) {
	var e wire.Error
	if !res.json || decode(res.body, &e, []string{"code"}) != "" || e.Status != 0 && e.Status != res.status {
		return "", nil
	}
	return e.Code, e.Left
}
