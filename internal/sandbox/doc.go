// Package sandbox is a local tenant that behaves like Auth0: the Management API with its rules (scopes, paging,
// validation texts, conflicts, rate limits), the authorization server that MCP clients log in through, and a protected MCP
// server behind it, held in memory and served on loopback.
//
// It exists to be tried, to serve in continuous integration and to be tested against, so it never depends on who asks:
// whatever Auth0 is known to answer, it answers, also to the auth0 CLI, the Terraform provider and the Deploy CLI.
// For the same reason it shares no code with the rest of the module.
//
// What it answers is known from three sources: recordings of real tenants, Auth0's documentation with its OpenAPI
// document, and public reports. Where none of them tells, the code says "a guess" beside what it does; docs/sandbox.md
// lists these, and what isn't modelled at all.
package sandbox
