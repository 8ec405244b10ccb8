/**
 * What a door exports and no page names: rooms of the framework take it from one another, and a file is public as a whole. A new
 * export belongs onto a page, and here only where nobody outside has a use for it.
 */
export const INTERNAL_NAMES: Readonly<Record<string, string>> = {
  nuages: 'configureRooms',
  'nuages/apps': 'appDirectories',
  'nuages/checks': 'replaceChecks',
  'nuages/conf': 'setSettings',
  'nuages/contrib/staticfiles': 'staticSources configuredSources',
  'nuages/gateway': `
    environKey joinHeader encodePath parseContentLength schemeOf FastCGIServer HTTPServer forEachChunk
    DEFAULT_CLOSE_TIMEOUT`,
  'nuages/http': 'checkUploadDirectory LazyNonce usesNonce checkedHost isPort portOf isLate markLogged httpOptions',
  'nuages/management': `
    EXIT_FINAL isReloaded stopWithParent keptPort tellParent runWithReloader runserverOptions shellOptions CommandLineError
    SystemCheckError commonOptions flagOf parseArguments makeStyle wantsColor OutputWrapper typedRequest ManagementUtility`,
  'nuages/middleware': `
    checkDeployment checkTrustedOrigins checkMiddleware checkContentSecurityPolicies checkScriptPolicy checkOtherOrigins`,
  'nuages/signing': 'signingOptions',
  'nuages/template': `
    checkTemplates checkPrecompiled sourceFrame Keywords isKeywords checkLibraries NotText isTemplateName isLeftOver relativeTo
    withNode autoescapeNode partialDefNode partialNode stateNode sliceNode reconfigureTemplates loadPrecompiled placeIn
    announceRendering tagOf`,
  'nuages/test': 'encodeBody encodeJson TEST_HOST ErrorLog headerPairs withDefaults',
  'nuages/urls': `
    checkUrls getConverter HANDLED errorHandlersOf QuerystringTag reverseFault UrlTag`,
  'nuages/utils': `
    adviceFor dateOf overrideLogger packageRoot isDirectory isInside percentEncoder isPromise RotatingFile TextBuilder
    replaceUnits inPieces trimmedOf markTold isTold Step enableTracing disableTracing isTracing currentStep traced resumed
    withEllipsis isAccent`,
  'nuages/views': 'checkCspContext checkTemplateUrls findFile',
}
