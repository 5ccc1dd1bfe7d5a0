package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
)

// modernVersion is the revision of MCP in which nothing is agreed on beforehand: each request names its revision within
// _meta, and repeats in headers what is routed by.
const modernVersion = "2026-07-28"

// revisionHeader is in every request, but for the first of older revisions, and names one that the server speaks.
const revisionHeader = "Mcp-Protocol-Version"

// The newest revision's own error codes.
const (
	rpcHeaderMismatch     = -32020
	rpcUnsupportedVersion = -32022
)

// envelope is what the params of such a request have beside the method's own.
type envelope struct {
	Name string `json:"name"`
	Meta struct {
		Version      string `json:"io.modelcontextprotocol/protocolVersion"`
		Capabilities object `json:"io.modelcontextprotocol/clientCapabilities"`
	} `json:"_meta"`
}

func readEnvelope(params json.RawMessage) *envelope {
	var e envelope
	_ = json.Unmarshal(params, &e) // params that can't be read name no revision
	return &e
}

// isModern tells such a request from an older one, which may have the header too, with another revision.
func (e *envelope) isModern(h http.Header) bool {
	return e.Meta.Version != "" || h.Get(revisionHeader) == modernVersion
}

// check refuses a request of another revision, one that lacks what each must say, and one whose headers say something else.
func (e *envelope) check(h http.Header, method string) *rpcError {
	switch version := e.Meta.Version; {
	case version == "":
		return &rpcError{rpcInvalidParams, "params._meta does not name the protocol version", nil}
	case version != modernVersion:
		return &rpcError{rpcUnsupportedVersion, "Unsupported protocol version: " + version, object{
			"supported": []string{modernVersion}, "requested": version,
		}}
	case e.Meta.Capabilities == nil:
		return &rpcError{rpcInvalidParams, "params._meta does not name the client's capabilities", nil}
	}
	for _, c := range []struct{ header, body string }{
		{revisionHeader, e.Meta.Version}, {"Mcp-Method", method}, {"Mcp-Name", e.Name},
	} {
		if h.Get(c.header) != c.body {
			return &rpcError{rpcHeaderMismatch, "Header and body disagree: " + c.header, nil}
		}
	}
	return nil
}

// answer is what a request gets, and its status; in older revisions that is 200 but for a revision that isn't spoken.
func (g *Gateway) answer(h http.Header, req *rpcRequest, who caller) (object, *rpcError, int) {
	e := readEnvelope(req.Params)
	if g.options.Legacy || !e.isModern(h) {
		if asked := h.Get(revisionHeader); asked != "" && !slices.Contains(protocolVersions, asked) && req.Method != "initialize" {
			return nil, &rpcError{rpcInvalidRequest, "Unsupported protocol version: " + asked, nil}, http.StatusBadRequest
		}
		result, failure := g.call(req, who)
		return result, failure, http.StatusOK
	}
	if failure := e.check(h, req.Method); failure != nil {
		return nil, failure, http.StatusBadRequest
	}
	common := object{"resultType": "complete", "_meta": object{"io.modelcontextprotocol/serverInfo": serverInfo}}
	switch req.Method {
	case "server/discover":
		common["supportedVersions"], common["capabilities"] = []string{modernVersion}, capabilities
	case "tools/list", "tools/call":
		result, failure := g.call(req, who)
		if failure != nil { // of the params, and nothing else
			return nil, failure, http.StatusBadRequest
		}
		maps.Copy(common, result)
	default:
		return nil, noMethod(req.Method), http.StatusNotFound
	}
	if req.Method != "tools/call" { // what may be kept says for how long, and for whom
		common["ttlMs"], common["cacheScope"] = 0, "private"
	}
	return common, nil, http.StatusOK
}
