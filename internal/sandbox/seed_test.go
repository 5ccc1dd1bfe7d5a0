package sandbox

import (
	"errors"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// What is misspelt or there twice is refused by its key, in words that don't need this program's source.
func TestWrongSeeds(t *testing.T) {
	for seed, want := range map[string]string{
		"\n":                               "there is nothing in it",
		`{"connections": [`:                "it ends within the document",
		"{\n\"connections\": x}":           "line 2: invalid character",
		`{} {}`:                            "unexpected text after the JSON document",
		`{}}`:                              "unexpected text after the JSON document",
		`{} ]`:                             "unexpected text after the JSON document",
		"null":                             "it holds a JSON null, where an object belongs",
		"\ufeff":                           "there is nothing in it",
		`[]`:                               "it holds a JSON array, where an object belongs",
		`{"connection": []}`:               `there is no key "connection": the keys are client_grants, clients, connections, hooks, resource_servers, rules, tenant_settings`,
		`{"connections": {"name": "c"}}`:   "connections is not a list of objects",
		`{"clients": [1]}`:                 "clients is not a list of objects",
		`{"tenant_settings": []}`:          "tenant_settings is not an object",
		`{"connections": [{}]}`:            "connections[0]: name is missing or not a string",
		`{"client_grants": [{"id": "g"}]}`: "client_grants[0]: audience is missing or not a string",
		`{"connections": [{"name": "a"}, {"name": "b"}, {"name": "a"}]}`:                                                                                                                   `connections[0] and connections[2] have the same name, "a"`,
		`{"resource_servers": [{"identifier": "x", "id": "1"}, {"identifier": "x", "id": "2"}]}`:                                                                                           `resource_servers[0] and resource_servers[1] have the same identifier, "x"`,
		`{"clients": [{"name": "a", "client_id": "c"}, {"name": "a"}, {"name": "b", "client_id": "c"}]}`:                                                                                   `clients[0] and clients[2] have the same client_id, "c"`,
		`{"client_grants": [{"audience": "a"}, {"audience": "a", "id": "g"}, {"audience":"b","id": "g"}]}`:                                                                                 `client_grants[1] and client_grants[2] have the same id, "g"`,
		"{\"clients\": [],\n \"rules\": [],\n\"clients\": []}":                                                                                                                             `line 3: the key "clients" is there a second time`,
		`{"connections": [{"name": "a", "options": {"n": 1e999, "n": 2}}]}`:                                                                                                                `line 1: the key "n" is there a second time`,
		`{"client_grants": [{"audience": "a", "default_for": "third_party_clients"}, {"audience": "b"}, {"audience": "a", "default_for": "third_party_clients", "subject_type": "user"}]}`: `client_grants[0] and client_grants[2] are for the same clients and the same audience, "a"`,
		`{"client_grants": [{"audience": "a", "client_id": "c"}, {"audience": "a", "client_id": "c", "subject_type": "client"}]}`:                                                          `client_grants[0] and client_grants[1] are for the same clients`,
	} {
		_, err := New(Options{Seed: []byte(seed)}, "http://localhost:9400")
		var wrong *SeedError
		if !errors.As(err, &wrong) || !strings.HasPrefix(wrong.Err.Error(), want) {
			t.Errorf("the seed %s is refused with %v, want %q", seed, err, want)
		}
	}
}

// What differs in one part of what it is for is another grant, and some editors begin a file with a byte order mark.
func TestRightSeeds(t *testing.T) {
	for _, seed := range []string{
		"\ufeff{\"connections\": [{\"name\": \"a\"}]}\r\n",
		`{"client_grants": [{"audience": "a", "default_for": "third_party_clients"}, {"audience": "b", "default_for": "third_party_clients"},
			{"audience": "a", "client_id": "c"}, {"audience": "a", "client_id": "d"}, {"audience": "a", "client_id": "c", "subject_type": "user"}]}`,
		`{"connections": [{"name": "a", "options": {"name": [{"name": 1}, {"name": 2}]}}, {"name": "b"}]}`,
	} {
		if _, err := New(Options{Seed: []byte(seed)}, "http://localhost:9400"); err != nil {
			t.Errorf("the seed %s is refused with %v", seed, err)
		}
	}
}

// "localhost" may mean either address, and what listens on one of them would get what is meant for the tenant.
func TestAPortThatIsTakenOnOneAddress(t *testing.T) {
	other, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no ::1")
	}
	defer func() { _ = other.Close() }()
	_, port, _ := net.SplitHostPort(other.Addr().String())
	server, err := Start(t.Context(), Options{}, Listen{Addr: "127.0.0.1:" + port})
	if err == nil {
		_ = server.Close()
	}
	if !PortTaken(err) {
		t.Errorf("starting on a port that is taken on ::1 alone ends with %v", err)
	}
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatalf("the port is not given back: %v", err)
	}
	_ = free.Close()
}

// Windows has a number of its own for that. What else Windows says of a port is not that it is taken.
func TestAPortThatIsTakenOnWindows(t *testing.T) {
	for number, taken := range map[syscall.Errno]bool{10048: true, 10013: false, syscall.EADDRINUSE: true, syscall.EACCES: false} {
		err := &ListenError{"127.0.0.1:9400", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", number)}}
		if PortTaken(err) != taken {
			t.Errorf("bind's answer %d means taken: %t", int(number), !taken)
		}
	}
}
