package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

const url = "https://my-gateway.zuplo.dev/mcp"

var database = spec.Connection{Name: "Username-Password-Authentication"}

func wanted(t *testing.T) spec.Spec {
	t.Helper()
	domain, err := spec.ParseDomain("my-tenant.eu.auth0.com")
	if err != nil {
		t.Fatal(err)
	}
	return spec.Spec{
		Domain:       domain,
		Servers:      []spec.Server{{URL: url, Scopes: []spec.Scope{{Value: "tool:whoami", Description: "Who am I?"}}}},
		Connections:  []spec.Connection{database},
		Registration: spec.RegistrationDCR, AudienceMode: spec.AudienceBoth,
	}
}

// untouched is a tenant nobody has prepared.
func untouched() plan.Observed {
	return plan.Observed{
		Grants:      map[string][]plan.Object{},
		Connections: map[spec.Connection]*plan.Object{database: {ID: "con_1", Values: plan.Values{"name": database.Name, "is_domain_connection": false}}},
		Settings:    plan.Object{Values: plan.Values{"resource_parameter_profile": "audience"}},
	}
}

// ready is a tenant where all is as wanted.
func ready() plan.Observed {
	o := untouched()
	o.APIs = []plan.Object{{ID: "api1", Values: plan.Values{
		"identifier": url, "name": "By hand", "signing_alg": "RS256", "allow_offline_access": true, "token_lifetime": 7200,
		"scopes": []plan.Scope{{Value: "other"}, {Value: "tool:whoami", Description: "Who am I?"}},
	}}}
	o.Grants[url] = []plan.Object{{ID: "cgr_1", Values: plan.Values{"audience": url, "subject_type": "user", "scope": []string{"other", "tool:whoami"}}}}
	o.Connections[database].Values["is_domain_connection"] = true
	o.Settings.Values = plan.Values{
		"flags.enable_dynamic_client_registration": true, "default_audience": url, "resource_parameter_profile": "compatibility",
		"authorization_response_iss_parameter_supported": true,
	}
	return o
}

func bodies(t *testing.T, p plan.Plan) string {
	t.Helper()
	var lines []string
	for _, c := range p.Changes {
		if c.Action == plan.None {
			continue
		}
		body, err := json.Marshal(c.Body())
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(c.Action)+" "+string(c.Kind)+" "+string(body))
	}
	return strings.Join(lines, "\n")
}

func TestDiffOfAnUntouchedTenant(t *testing.T) {
	want := strings.Join([]string{
		`create api {"allow_offline_access":true,"identifier":"` + url + `","name":"MCP Server","scopes":[{"value":"tool:whoami","description":"Who am I?"}],"signing_alg":"RS256"}`,
		`create client_grant {"audience":"` + url + `","default_for":"third_party_clients","scope":["tool:whoami"],"subject_type":"user"}`,
		`update connection {"is_domain_connection":true}`,
		`update tenant_settings {"authorization_response_iss_parameter_supported":true,"default_audience":"` + url + `","flags":{"enable_dynamic_client_registration":true},"resource_parameter_profile":"compatibility"}`,
	}, "\n")
	if got := bodies(t, plan.Diff(wanted(t), untouched())); got != want {
		t.Errorf("the plan sends\n%s\nwant\n%s", got, want)
	}
}

func TestDiffOfAReadyTenant(t *testing.T) {
	p := plan.Diff(wanted(t), ready())
	if p.Pending() != 0 || bodies(t, p) != "" || len(p.Changes) != 4 {
		t.Errorf("a ready tenant gets %s", bodies(t, p))
	}
}

// Each case changes what is wanted or what is there, and says all that is then sent.
func TestDiff(t *testing.T) {
	for name, c := range map[string]struct {
		spec     func(*spec.Spec)
		observed func(*plan.Observed)
		want     string
	}{
		"other scopes stay": {
			observed: func(o *plan.Observed) {
				o.APIs[0].Values["scopes"] = []plan.Scope{{Value: "other", Description: "kept"}}
				o.Grants[url][0].Values["scope"] = []string{"other"}
			},
			want: `update api {"scopes":[{"value":"other","description":"kept"},{"value":"tool:whoami","description":"Who am I?"}]}` + "\n" +
				`update client_grant {"scope":["other","tool:whoami"]}`,
		},
		"scopes that the API lost leave the grant when it is written": {
			observed: func(o *plan.Observed) {
				o.APIs[0].Values["scopes"] = []plan.Scope{{Value: "other"}}
				o.Grants[url][0].Values["scope"] = []string{"lost", "other"}
			},
			want: `update api {"scopes":[{"value":"other"},{"value":"tool:whoami","description":"Who am I?"}]}` + "\n" +
				`update client_grant {"scope":["other","tool:whoami"]}`,
		},
		"and only then": {
			observed: func(o *plan.Observed) { o.Grants[url][0].Values["scope"] = []string{"lost", "tool:whoami"} },
		},
		"a lost scope that is asked for again stays": {
			observed: func(o *plan.Observed) { o.APIs[0].Values["scopes"] = []plan.Scope{{Value: "other"}} },
			want:     `update api {"scopes":[{"value":"other"},{"value":"tool:whoami","description":"Who am I?"}]}`,
		},
		"a description is replaced only by one that was given": {
			spec: func(s *spec.Spec) { s.Servers[0].Scopes[0].Description = "" },
			observed: func(o *plan.Observed) {
				o.APIs[0].Values["scopes"] = []plan.Scope{{Value: "tool:whoami", Description: "theirs"}}
			},
		},
		"no scopes asked for, none on the API": {
			spec: func(s *spec.Spec) { s.Servers[0].Scopes = nil },
			observed: func(o *plan.Observed) {
				delete(o.APIs[0].Values, "scopes")
				o.Grants[url][0].Values["scope"] = []string{}
			},
		},
		"a grant of all scopes is enough": {
			observed: func(o *plan.Observed) {
				o.Grants[url][0].Values["scope"] = []string{}
				o.Grants[url][0].Values["allow_all_scopes"] = true
			},
		},
		"name and lifetime only where they are asked for": {
			spec: func(s *spec.Spec) { s.Servers[0].Name, s.TokenLifetime = "Mine", time.Hour },
			want: `update api {"name":"Mine","token_lifetime":3600}`,
		},
		"refresh tokens are switched on": {
			observed: func(o *plan.Observed) { o.APIs[0].Values["allow_offline_access"] = false },
			want:     `update api {"allow_offline_access":true}`,
		},
		"refresh tokens are switched off where asked": {
			spec: func(s *spec.Spec) { s.NoOfflineAccess = true },
			want: `update api {"allow_offline_access":false}`,
		},
		"a display name is sent along": {
			observed: func(o *plan.Observed) {
				o.Connections[database].Values["is_domain_connection"] = false
				o.Connections[database].Values["display_name"] = "Staff"
			},
			want: `update connection {"display_name":"Staff","is_domain_connection":true}`,
		},
		"application connections only where explicitly off": {
			observed: func(o *plan.Observed) { o.Settings.Values["flags.enable_client_connections"] = false },
			want:     `update tenant_settings {"flags":{"enable_client_connections":true}}`,
		},
		"client metadata documents": {
			spec: func(s *spec.Spec) { s.Registration = spec.RegistrationCIMD },
			want: `update tenant_settings {"client_id_metadata_document_supported":true}`,
		},
		"an empty default audience is none": {
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "" },
			want:     `update tenant_settings {"default_audience":"` + url + `"}`,
		},
		"mode resource leaves the default audience": {
			spec:     func(s *spec.Spec) { s.AudienceMode = spec.AudienceResource },
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "" },
		},
		"mode default leaves the profile": {
			spec:     func(s *spec.Spec) { s.AudienceMode = spec.AudienceDefault },
			observed: func(o *plan.Observed) { o.Settings.Values["resource_parameter_profile"] = "audience" },
		},
		"another default audience is replaced with consent": {
			spec:     func(s *spec.Spec) { s.ReplaceDefaultAudience = true },
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "https://other.example" },
			want:     `update tenant_settings {"default_audience":"` + url + `"}`,
		},
		"no registration": {
			spec:     func(s *spec.Spec) { s.Registration = spec.RegistrationNone },
			observed: func(o *plan.Observed) { delete(o.Settings.Values, "flags.enable_dynamic_client_registration") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, o := wanted(t), ready()
			if c.spec != nil {
				c.spec(&s)
			}
			if c.observed != nil {
				c.observed(&o)
			}
			if got := bodies(t, plan.Diff(s, o)); got != c.want {
				t.Errorf("the plan sends\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		spec     func(*spec.Spec)
		observed func(*plan.Observed)
		reason   string
		blocking bool
	}{
		"another algorithm":       {observed: func(o *plan.Observed) { o.APIs[0].Values["signing_alg"] = "HS256" }, reason: "signs with HS256", blocking: true},
		"no algorithm":            {observed: func(o *plan.Observed) { delete(o.APIs[0].Values, "signing_alg") }, reason: "the tenant doesn't say with which algorithm it signs", blocking: true},
		"deny_all":                {observed: func(o *plan.Observed) { o.APIs[0].Values["subject_type_authorization.user.policy"] = "deny_all" }, reason: "deny_all", blocking: true},
		"machine-to-machine only": {observed: func(o *plan.Observed) { o.Grants[url][0].Values["subject_type"] = "client" }, reason: "subject_type client", blocking: true},
		"a slash":                 {observed: func(o *plan.Observed) { o.APIs[0].Values["identifier"] = url + "/" }, reason: url + "/ exists", blocking: true},
		"case":                    {observed: func(o *plan.Observed) { o.APIs[0].Values["identifier"] = strings.ToUpper(url) }, reason: "by case", blocking: true},
		"a default audience, mode both": {
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "https://other.example" }, reason: "https://other.example",
		},
		"a default audience, mode default": {
			spec:     func(s *spec.Spec) { s.AudienceMode = spec.AudienceDefault },
			observed: func(o *plan.Observed) { o.Settings.Values["default_audience"] = "https://other.example" }, reason: "https://other.example", blocking: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, o := wanted(t), ready()
			if c.spec != nil {
				c.spec(&s)
			}
			c.observed(&o)
			p := plan.Diff(s, o)
			i := slices.IndexFunc(p.Changes, func(c plan.Change) bool { return c.Action == plan.Conflict })
			if i < 0 {
				t.Fatalf("no conflict in %+v", p.Changes)
			}
			got := p.Changes[i]
			if !strings.Contains(got.Reason, c.reason) || got.Hint == "" || got.Blocking != c.blocking || (len(p.Blocked()) == 1) != c.blocking {
				t.Errorf("the conflict is %+v", got)
			}
			if !c.blocking && len(p.Warnings) == 0 {
				t.Error("a conflict that is passed over is not warned of")
			}
			if got.Writes() {
				t.Error("a conflict writes")
			}
		})
	}
}

func TestBesideNearMiss(t *testing.T) {
	s, o := wanted(t), ready()
	s.BesideNearMiss = true
	o.APIs[0].Values["identifier"] = url + "/"
	if p := plan.Diff(s, o); p.Changes[0].Action != plan.Create {
		t.Errorf("with consent, the API gets %q", p.Changes[0].Action)
	}
	o = ready()
	o.APIs = append(o.APIs, plan.Object{Values: plan.Values{"identifier": url + "/"}})
	if p := plan.Diff(wanted(t), o); p.Pending() != 0 || len(p.Warnings) != 1 {
		t.Errorf("beside the exact API, a near miss gives %d changes and warnings %q", p.Pending(), p.Warnings)
	}
}

func TestSeveralServers(t *testing.T) {
	s := wanted(t)
	s.Servers = append(s.Servers, spec.Server{URL: "https://b.example/mcp"})
	o := untouched()
	p := plan.Diff(s, o)
	if p.Pending() != 6 {
		t.Errorf("two servers on an untouched tenant give %d changes, want 6", p.Pending())
	}
	o = ready()
	o.Settings.Values["default_audience"] = "https://b.example/mcp"
	for _, c := range plan.Diff(s, o).Changes {
		if c.Kind == plan.KindSettings && c.Action != plan.None {
			t.Errorf("a default audience that is the second server's gives %+v", c)
		}
	}
}

func TestStages(t *testing.T) {
	p := plan.Diff(wanted(t), untouched())
	var kinds []string
	for _, stage := range p.Stages() {
		var names []string
		for _, c := range stage {
			names = append(names, string(c.Kind))
		}
		kinds = append(kinds, strings.Join(names, "+"))
	}
	if got := strings.Join(kinds, " "); got != "api client_grant+connection tenant_settings" {
		t.Errorf("the stages are %s: registration must open last", got)
	}
}

func TestImpactOfEveryChange(t *testing.T) {
	for _, c := range plan.Diff(wanted(t), untouched()).Changes {
		if c.Impact == "" {
			t.Errorf("%s carries no impact", c.Address())
		}
	}
}

func TestUntaken(t *testing.T) {
	c := plan.Change{Fields: []plan.Field{{Path: "a", After: true}, {Path: "scope", After: []string{"x"}}, {Path: "scopes", After: []plan.Scope{{Value: "v"}}}}}
	if got := c.Untaken(plan.Values{"a": true, "scope": []string{"y", "x"}, "scopes": []plan.Scope{{Value: "u"}, {Value: "v", Description: "d"}}}); got != nil {
		t.Errorf("all took, but %v is reported", got)
	}
	if got := c.Untaken(plan.Values{"a": false}); !slices.Equal(got, []string{"a", "scope", "scopes"}) {
		t.Errorf("nothing took, but %v is reported", got)
	}
}

// A day that was written as 24 is 24 seconds.
func TestAShortLifetimeIsWarnedOf(t *testing.T) {
	for lifetime, want := range map[time.Duration]int{0: 0, 24 * time.Second: 1, time.Minute: 0, 24 * time.Hour: 0} {
		s := wanted(t)
		s.TokenLifetime = lifetime
		p := plan.Diff(s, ready())
		if len(p.Warnings) != want || want == 1 && (!strings.Contains(p.Warnings[0], "good for 24s,") || !strings.Contains(p.Warnings[0], "write 24h")) {
			t.Errorf("a lifetime of %s gives the warnings %q", lifetime, p.Warnings)
		}
	}
}

// An API that has scopes, and a grant that allows none of them, let clients in and let them do nothing.
func TestAGrantWithoutScopesIsWarnedOf(t *testing.T) {
	s, o := wanted(t), ready()
	s.Servers[0].Scopes = nil
	if p := plan.Diff(s, o); len(p.Warnings) != 0 {
		t.Errorf("a grant that allows scopes is warned of: %q", p.Warnings)
	}
	o.Grants[url] = nil
	if p := plan.Diff(s, o); len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "has 2 scopes") || !strings.Contains(p.Warnings[0], "such as other") {
		t.Errorf("a grant that will allow none gives the warnings %q", p.Warnings)
	}
	o.Grants[url] = []plan.Object{{ID: "cgr_1", Values: plan.Values{"audience": url, "subject_type": "user", "allow_all_scopes": true}}}
	if p := plan.Diff(s, o); len(p.Warnings) != 0 {
		t.Errorf("a grant that allows all scopes is warned of: %q", p.Warnings)
	}
	o.APIs[0].Values["scopes"], o.Grants[url] = []plan.Scope{}, nil
	if p := plan.Diff(s, o); len(p.Warnings) != 0 {
		t.Errorf("an API without scopes is warned of: %q", p.Warnings)
	}
}
