// Nothing is fetched from anywhere but this server: no fonts, no proxy, no telemetry. The page's policy would refuse it as well.
Scalar.createApiReference('#reference', {
  url: 'openapi/v1.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
})
