package verify

import (
	"context"
	"fmt"
	"time"
)

const (
	shortest = time.Minute
	longest  = 24 * time.Hour
)

// checkLifetime looks at both ends of a token: exp, which servers go by, and expires_in, which clients are told. A token that
// can't be read has the latter alone.
func (r *run) checkLifetime(context.Context) finding {
	const want = "between a minute and a day"
	if r.stale() {
		return r.clocks(r.token.received.Sub(r.claims.Expiry.Time()))
	}
	lifetime, told := seconds(r.token.Expires.seconds), "no expires_in"
	if r.token.Expires.seconds != 0 {
		told = "expires_in says " + lasting(lifetime)
	}
	if r.claims != nil {
		if r.claims.Expiry == nil {
			return fail("no exp in the token; "+told, "exp in the token, "+want, "whoever has this token has it for good: the MCP server can't see that it ends, whatever expires_in tells the client (RFC 9068 section 2.2 requires exp)",
				"have the authorization server set exp in its tokens")
		}
		left := r.claims.Expiry.Time().Sub(r.token.received)
		if r.token.Expires.seconds != 0 && !r.agree(lifetime, left) {
			cause := "clients go on with a token that is refused already"
			if left > lifetime {
				cause = "clients take the token for ended while it is still good, and so is one that was stolen"
			}
			return warn("exp ends the token in "+lasting(left)+", "+told, "the same end in both, "+want, cause, "have the authorization server set expires_in and exp to one end")
		}
		if r.token.Expires.seconds == 0 {
			lifetime = left
		}
	}
	switch {
	case lifetime == 0:
		return warn("no expires_in and no exp", want, "a token that never ends can't be taken back", r.setup("--token-lifetime", "1h"))
	case lifetime < shortest || lifetime > longest:
		return warn(lasting(lifetime), want, "short lifetimes make clients log in all the time, long ones leave stolen tokens good", r.setup("--token-lifetime", "1h"))
	case r.token.Expires.quoted:
		return warn("expires_in is a string, "+lasting(lifetime), "a number, "+want, "RFC 6749 section 5.1 has a number there; the usual clients read the string too, stricter ones refuse it", "have the authorization server make expires_in a number")
	}
	return pass(lasting(lifetime))
}

// agree tells whether expires_in means the token's own end, but for clocks that differ: counted from now, or from when it was
// issued.
func (r *run) agree(told, left time.Duration) bool {
	if (told - left).Abs() <= leeway {
		return true
	}
	issued := r.claims.IssuedAt
	return issued != nil && (told-r.claims.Expiry.Time().Sub(issued.Time())).Abs() <= leeway
}

// seconds is a number of them as a duration, or the longest that there is.
func seconds(n float64) time.Duration {
	const most = 1<<63 - 1
	if n >= most/float64(time.Second) {
		return most
	}
	return time.Duration(n * float64(time.Second))
}

// lasting is a duration in words for people: days and years where hours would have to be counted.
func lasting(d time.Duration) string {
	const day, year = 24 * time.Hour, 365 * 24 * time.Hour
	switch {
	case d >= 2*year:
		return fmt.Sprintf("%d years", d/year)
	case d >= 2*day:
		return fmt.Sprintf("%d days", d.Round(day)/day)
	}
	return Shortly(d.Round(time.Second))
}

// clocks is a new token that has expired already. When it was issued tells how far the clocks are apart, but not which of
// them is wrong: so this machine's time is told.
func (r *run) clocks(ago time.Duration) finding {
	cause := "the clocks of this machine and of the authorization server differ"
	if issued := r.claims.IssuedAt; issued != nil {
		cause += ": the token has just come, and was issued " + lasting(r.token.received.Sub(issued.Time()).Round(time.Minute)) + " ago by this machine's"
	}
	return fail("expired "+lasting(ago)+" ago", "a token that is still good", cause, r.setClocks())
}

func (r *run) setClocks() string {
	return "set the clocks: here it is " + r.token.received.UTC().Format("2006-01-02 15:04 UTC") + "; where that is right, the authorization server's is wrong"
}

// stale tells whether the token had expired when it came.
func (r *run) stale() bool {
	return r.claims != nil && r.claims.Expiry != nil && !r.claims.Expiry.Time().After(r.token.received)
}
