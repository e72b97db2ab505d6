"""Questions of programs: ten functions behind the tools for assistants (MCP), the addresses below /api, and their OpenAPI."""
