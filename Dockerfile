# bt in a container, made to seed: docker run -v "$PWD":/data -p 6881:6881 bt
# README.md, "In a container", has more.

FROM node:24-alpine AS build
WORKDIR /src
# What is installed depends on these alone, so that a change of the sources does not install it anew.
COPY package.json package-lock.json ./
COPY plugins/tracker-http/package.json plugins/tracker-http/
COPY plugins/tracker-udp/package.json plugins/tracker-udp/
COPY plugins/ut-metadata/package.json plugins/ut-metadata/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-alpine
COPY --from=build /src/package.json /src/oclif.manifest.json /src/LICENSE /app/
COPY --from=build /src/bin /app/bin
COPY --from=build /src/templates /app/templates
# The bundled plugins: node_modules leads to them.
COPY --from=build /src/plugins /app/plugins
COPY --from=build /src/node_modules /app/node_modules
COPY --from=build /src/bundle /app/bundle
RUN ln -s /app/bin/run.js /usr/local/bin/bt && mkdir /data && chown node:node /data
ENV NODE_ENV=production BT_PORT=6881
USER node
# Torrents and content; content is looked for in the working folder.
WORKDIR /data
VOLUME /data
# Peers, over TCP.
EXPOSE 6881/tcp
# Ctrl-C: peers are let go, trackers hear `stopped`.
STOPSIGNAL SIGINT
# It listens as soon as it runs; what it serves it may still be verifying.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "require('node:net').connect(process.env.BT_PORT).on('connect', () => process.exit(0)).on('error', () => process.exit(1))"]
ENTRYPOINT ["bt"]
CMD ["seed", "/data"]
