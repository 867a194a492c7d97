import { ProtocolError, ProtocolErrorCode, type Server } from "@modelcontextprotocol/server";
import { DEBT_RESOURCE, type ReportDebt } from "./debt-tool.ts";

/** The debt report as a resource. */
export function serveDebtResource(server: Server, reportDebt: ReportDebt): void {
  const { uri, mimeType } = DEBT_RESOURCE;
  server.setRequestHandler("resources/list", () => ({ resources: [DEBT_RESOURCE] }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [] }));
  server.setRequestHandler("resources/read", ({ params }) => {
    if (params.uri !== uri)
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        "Unknown resource. List the resources and use a URI from the list.",
      );
    return { contents: [{ uri, mimeType, text: JSON.stringify(reportDebt({})) }] };
  });
}
