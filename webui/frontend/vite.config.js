import { defineConfig } from 'vite';

// One entry a page: an inbox never loads the diagram. `hatch_build.py` says where the files go.
export default defineConfig({
  base: './',
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    modulePreload: { polyfill: false },
    license: { fileName: 'LICENCES.md' },
    rollupOptions: {
      input: {
        app: 'src/app.js',
        diagram: 'src/diagram.js',
        drop: 'src/drop.js',
      },
    },
  },
});
