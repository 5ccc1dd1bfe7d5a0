package gateway

import (
	"reflect"
	"testing"
)

func TestPluginOptions(t *testing.T) {
	one := []string{"https://a/"}
	for name, test := range map[string]struct {
		object string
		want   pluginOptions
	}{
		"as rendered":        {`{ authorizationServers: ["https://a/"], resourceName: "N", }`, pluginOptions{servers: one, name: "N", named: true}},
		"quoted keys":        {`{ 'resourceName': 'N', "authorizationServers": ['https://a/'] }`, pluginOptions{servers: one, name: "N", named: true}},
		"no name":            {`{ authorizationServers: ["https://a/"] }`, pluginOptions{servers: one}},
		"nothing":            {`{}`, pluginOptions{}},
		"another option":     {`{ authorizationServers: ["https://a/"], resourceName: "N", path: { resourceName: "M" } }`, pluginOptions{servers: one, name: "N", named: true, others: []string{"path"}}},
		"another, shortened": {`{ authorizationServers: ["https://a/"], resourceName: "N", path }`, pluginOptions{servers: one, name: "N", named: true, others: []string{"path"}}},
		"name added up":      {`{ authorizationServers: ["https://a/"], resourceName: "N" + n }`, pluginOptions{servers: one, unread: true}},
		"name from a call":   {`{ authorizationServers: ["https://a/"], resourceName: f("N", "M") }`, pluginOptions{servers: one, unread: true}},
		"shortened":          {`{ authorizationServers, resourceName }`, pluginOptions{unread: true}},
		"servers added to":   {`{ authorizationServers: ["https://a/"].concat(more), resourceName: "N" }`, pluginOptions{name: "N", named: true}},
		"servers chosen":     {`{ authorizationServers: test ? ["https://a/"] : [], resourceName: "N" }`, pluginOptions{name: "N", named: true}},
		"computed":           {`{ authorizationServers: ["https://a/"], ["resource" + "Name"]: "N" }`, pluginOptions{servers: one, unread: true}},
		"getter":             {`{ authorizationServers: ["https://a/"], get resourceName() { return "N"; } }`, pluginOptions{servers: one, unread: true}},
		"spread":             {`{ authorizationServers: ["https://a/"], resourceName: "N", ...more }`, pluginOptions{unread: true}},
	} {
		t.Run(name, func(t *testing.T) {
			src := "import { OAuthProtectedResourcePlugin } from '@zuplo/runtime';\nnew OAuthProtectedResourcePlugin(" + test.object + ");\n"
			parseTS(t, name, []byte(src))
			uses := newSource(runtimeFile, []byte(src)).plugins()
			if len(uses) != 1 || !reflect.DeepEqual(uses[0].options, test.want) {
				t.Errorf("got %+v, want %+v", uses, test.want)
			}
		})
	}
}
