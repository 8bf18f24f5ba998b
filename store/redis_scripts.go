package store

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"strings"

	"github.com/redis/go-redis/v9"
)

//go:embed redis/*.lua
var redisFiles embed.FS

// redisScript is a script and the name under which a server knows it once it has seen it.
type redisScript struct{ text, hash string }

// loadRedisScript reads a script and puts the common part behind its first line.
func loadRedisScript(name string) *redisScript {
	text, common := redisFile(name), redisFile("prelude")
	first, rest, _ := strings.Cut(text, "\n")
	text = first + "\n" + common + rest
	sum := sha1.Sum([]byte(text))
	return &redisScript{text, hex.EncodeToString(sum[:])}
}

func redisFile(name string) string {
	text, err := redisFiles.ReadFile("redis/" + name + ".lua")
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(text)
}

var (
	acceptScript    = loadRedisScript("accept")
	loadScript      = loadRedisScript("load")
	beginScript     = loadRedisScript("begin")
	commitScript    = loadRedisScript("commit")
	recordScript    = loadRedisScript("record")
	messagesScript  = loadRedisScript("messages")
	eventsScript    = loadRedisScript("events")
	trimScript      = loadRedisScript("trim")
	fenceScript     = loadRedisScript("fence")
	acquireScript   = loadRedisScript("acquire")
	sweepIDsScript  = loadRedisScript("sweep_ids")
	sweepDeadScript = loadRedisScript("sweep_dead")
	forgetScript    = loadRedisScript("forget")
	retryScript     = loadRedisScript("retry")
	heartbeatScript = loadRedisScript("heartbeat")
	leaveScript     = loadRedisScript("leave")
	freeScript      = loadRedisScript("free")
	claimScript     = loadRedisScript("claim")
	renewScript     = loadRedisScript("renew")
	releaseScript   = loadRedisScript("release")
)

// call makes the command that runs a script.
func (s *redisScript) call(keys []string, args ...any) *redisOp {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, "evalsha", s.hash, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return &redisOp{cmd: redis.NewCmd(context.Background(), append(all, args...)...), script: s, done: make(chan struct{})}
}
