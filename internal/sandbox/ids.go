package sandbox

import (
	"crypto/rand"
	"encoding/hex"
)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// randomString returns n letters and digits from the system's random source.
func randomString(n int) string {
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for len(out) < n {
		_, _ = rand.Read(buf) // never fails, see crypto/rand
		for _, b := range buf {
			// 248 is the largest multiple of 62 in a byte: what lies above would favour the first letters.
			if b < 248 && len(out) < n {
				out = append(out, alphanumeric[b%62])
			}
		}
	}
	return string(out)
}

func randomHex(n int) string {
	buf := make([]byte, (n+1)/2)
	_, _ = rand.Read(buf)
	return hex.EncodeToString(buf)[:n]
}

// The forms of Auth0's ids.
func newConnectionID() string { return "con_" + randomString(16) }
func newGrantID() string      { return "cgr_" + randomString(16) }
func newAPIID() string        { return randomHex(24) }
func newClientID() string     { return randomString(32) }
func newThirdPartyID() string { return "tpc_" + randomString(22) }
func newSecret() string       { return randomString(64) }
