package desk

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"
)

// remembered is a create that carried an Idempotency-Key.
type remembered struct {
	digest [sha256.Size]byte
	answer reply
	until  time.Time
}

func retryKey(q *question, key string) string { return fmt.Sprintf("%d %s", q.user.ID, key) }

// recall returns the first answer to a create sent before, a refusal if its body was another one, or nil.
func (s *Server) recall(q *question, key string) *reply {
	if len(key) > 255 {
		return failure(400, "IdempotentRequestError", "Idempotency-Key is too long")
	}
	first, known := s.retries[retryKey(q, key)]
	if !known || !q.now.Before(first.until) {
		return nil
	}
	if first.digest != sha256.Sum256(bytes.TrimSpace(q.body)) {
		return failure(400, "IdempotentRequestError", "Request parameters do not match the ones of the first request with this Idempotency-Key")
	}
	again := &reply{status: first.answer.status, body: first.answer.body}
	return again.with("Location", first.answer.header["Location"]).with("X-Idempotency-Lookup", "hit")
}

// remember keeps an answer for two hours.
func (s *Server) remember(q *question, key string, answer *reply) {
	answer.encode()
	answer.with("X-Idempotency-Lookup", "miss")
	s.retries[retryKey(q, key)] = remembered{sha256.Sum256(bytes.TrimSpace(q.body)), *answer, q.now.Add(2 * time.Hour)}
}
