# Minimal: an image of this checkout. It is not built or run by the project's own tests.
FROM node:24-slim AS build
WORKDIR /omnidex
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
WORKDIR /omnidex
COPY --from=build --chown=node:node /omnidex/package.json ./
COPY --from=build --chown=node:node /omnidex/node_modules ./node_modules
COPY --from=build --chown=node:node /omnidex/bin ./bin
COPY --from=build --chown=node:node /omnidex/dist ./dist
RUN mkdir data && chown node:node data
USER node
ENV HOST=0.0.0.0
VOLUME /omnidex/data
EXPOSE 3000
HEALTHCHECK CMD node -e "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
CMD ["node", "bin/omnidex.js", "serve"]
