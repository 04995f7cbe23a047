import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    // The oldest engines Wails may meet: WKWebView of macOS 12 and the WebView2 of a stale Windows 10.
    target: ['safari15', 'chrome105'],
    // The policy in index.html forbids inline script, which the polyfill would be.
    modulePreload: { polyfill: false },
    // An asset turned into a data: address would need a looser policy.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
  },
});
