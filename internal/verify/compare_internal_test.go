package verify

import "testing"

func TestDifference(t *testing.T) {
	for _, c := range []struct{ got, want, says string }{
		{"", "https://a.example/mcp", "it is empty"},
		{"https://a.example/mcp/", "https://a.example/mcp", "they differ by a trailing slash"},
		{"https://A.example/mcp", "https://a.example/mcp", "they differ in capital letters"},
		{"http://a.example/mcp", "https://a.example/mcp", "one is http and the other is https"},
		{"http://a.example:8080/mcp", "https://a.example/mcp", "one is http and the other is https"},
		{"http://a.example/mcp", "https://b.example/mcp", "their hosts differ"},
		{"https://other.example/mcp", "http://localhost:9401/mcp", "their hosts differ"},
		{"http://localhost:9400/mcp", "http://localhost:9401/mcp", "their ports differ"},
		{"https://a.example/sse", "https://a.example/mcp", "their paths differ"},
		{"https://a.example/mcp?a=b", "https://a.example/mcp", "they are different"},
		{"an-id", "https://a.example/mcp", "they are different"},
	} {
		if says := difference(c.got, c.want); says != c.says {
			t.Errorf("%q and %q: %q, want %q", c.got, c.want, says, c.says)
		}
	}
}
