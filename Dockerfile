# One image for server and worker. The first stage builds the back office; the second has only what runs.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY admin ./admin
COPY lib ./lib
RUN npm run build

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev && npm cache clean --force
COPY cli ./cli
COPY lib ./lib
COPY migrations ./migrations
COPY server ./server
COPY sql ./sql
COPY worker ./worker
COPY --from=build /app/admin/dist ./admin/dist
RUN mkdir -p /var/lib/cadastre && chown node:node /var/lib/cadastre
USER node
EXPOSE 5400
CMD ["node", "server/main.ts"]
