package sandbox

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
)

// protocolVersions are the revisions of MCP that a client agrees on by initialize, the newest first.
var protocolVersions = []string{"2025-11-25", "2025-06-18", "2025-03-26"}

// JSON-RPC's error codes (JSON-RPC 2.0 section 5.1).
const (
	rpcParseError     = -32700
	rpcInvalidRequest = -32600
	rpcNoMethod       = -32601
	rpcInvalidParams  = -32602
)

type rpcRequest struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

type rpcResponse struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// serveRPC answers one message of MCP's streamable HTTP transport. There are no sessions, and each answer is plain
// JSON: both are among what the transport allows.
func (g *Gateway) serveRPC(w http.ResponseWriter, r *http.Request, who caller) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		problem(w, http.StatusUnsupportedMediaType)
		return
	}
	var req rpcRequest
	if err := readJSON(r, &req); err != nil {
		refuseRPC(w, rpcParseError, "Parse error")
		return
	}
	answerable := len(req.ID) > 0
	if req.Version != "2.0" || (answerable && !isID(req.ID)) || (req.Method == "" && !answerable) {
		refuseRPC(w, rpcInvalidRequest, "Invalid Request")
		return
	}
	if !answerable || req.Method == "" { // a notification, or the client's answer: there is nothing to say to it
		w.WriteHeader(http.StatusAccepted)
		return
	}
	result, failure, status := g.answer(r.Header, &req, who)
	out := rpcResponse{Version: "2.0", ID: req.ID, Error: failure}
	if failure == nil {
		out.Result = result
	}
	writeJSON(w, status, out)
}

// isID holds MCP's rule for ids: a string or a number, and never null.
func isID(raw json.RawMessage) bool {
	return raw[0] == '"' || raw[0] == '-' || (raw[0] >= '0' && raw[0] <= '9')
}

func refuseRPC(w http.ResponseWriter, code int, message string) {
	writeJSON(w, http.StatusBadRequest, rpcResponse{Version: "2.0", ID: json.RawMessage("null"), Error: &rpcError{code, message, nil}})
}

func (g *Gateway) call(req *rpcRequest, who caller) (object, *rpcError) {
	switch req.Method {
	case "initialize":
		return initialize(req.Params)
	case "ping":
		return object{}, nil
	case "tools/list":
		return object{"tools": tools}, nil
	case "tools/call":
		return g.callTool(req.Params, who)
	}
	return nil, noMethod(req.Method)
}

func noMethod(name string) *rpcError { return &rpcError{rpcNoMethod, "Method not found: " + name, nil} }

// initialize agrees on the client's revision where it is known, else offers the newest.
func initialize(params json.RawMessage) (object, *rpcError) {
	var asked struct {
		Version string `json:"protocolVersion"`
	}
	if err := json.Unmarshal(params, &asked); err != nil {
		return nil, &rpcError{rpcInvalidParams, "initialize: the params are not valid", nil}
	}
	if !slices.Contains(protocolVersions, asked.Version) {
		asked.Version = protocolVersions[0]
	}
	return object{
		"protocolVersion": asked.Version, "capabilities": capabilities, "serverInfo": serverInfo,
	}, nil
}

var (
	capabilities = object{"tools": object{}}
	serverInfo   = object{"name": "mcpauth-sandbox", "title": "Sandbox MCP server", "version": "1.0.0"}
)

// tool is a tool as tools/list describes it.
type tool struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Schema      object `json:"inputSchema"`
}

var tools = []tool{
	{"whoami", "Says who is logged in, through which client and with which scopes", arguments()},
	{"add", "Adds two numbers", arguments("a", "b")},
	{"time", "Says what time it is, in UTC", arguments()},
}

// arguments is the JSON schema of these numbers, all required.
func arguments(names ...string) object {
	properties := object{}
	for _, name := range names {
		properties[name] = object{"type": "number"}
	}
	schema := object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(names) > 0 {
		schema["required"] = names
	}
	return schema
}

func (g *Gateway) callTool(params json.RawMessage, who caller) (object, *rpcError) {
	var asked struct {
		Name      string `json:"name"`
		Arguments struct {
			A *float64 `json:"a"`
			B *float64 `json:"b"`
		} `json:"arguments"`
	}
	if err := json.Unmarshal(params, &asked); err != nil {
		return nil, &rpcError{rpcInvalidParams, "tools/call: the params are not valid", nil}
	}
	switch asked.Name {
	case "whoami":
		return said(fmt.Sprintf("%s through %s with %q", who.subject, who.client, who.scope)), nil
	case "add":
		if asked.Arguments.A == nil || asked.Arguments.B == nil {
			return nil, &rpcError{rpcInvalidParams, "add: a and b must be numbers", nil}
		}
		return said(fmt.Sprint(*asked.Arguments.A + *asked.Arguments.B)), nil
	case "time":
		return said(g.options.Now().UTC().Format("2006-01-02T15:04:05Z")), nil
	}
	return nil, &rpcError{rpcInvalidParams, "Unknown tool: " + asked.Name, nil}
}

func said(text string) object {
	return object{"content": []object{{"type": "text", "text": text}}}
}
