# The processor build. For CUDA start both stages from an image with CUDA 12 and cuDNN 9 and add Node 24; README, "Draw on a GPU".
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production STATE_DIR=/state PORT=7300
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY migrations migrations
COPY models/demo models/demo
COPY src src
RUN mkdir /state && chown node:node /state
USER node
VOLUME /state
# The demo model is small; a real one may take a minute to load.
HEALTHCHECK --interval=30s --start-period=120s CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node answers SIGTERM itself: the bot hands its running job back and ends.
CMD ["node", "src/main.ts"]
