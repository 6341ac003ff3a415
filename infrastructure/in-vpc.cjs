/**
 * A plugin of the framework: puts the functions that talk to a gateway into the VPC, where the parameter `vpcId` names one. Before they are compiled, so that a
 * change of the network is a new version of the function, as a change of its code is.
 */
const { inVpc } = require("./grants.cjs");

module.exports = class InVpc {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = { "before:package:compileFunctions": () => this.enter() };
  }

  enter() {
    const { parameters } = this.serverless.service.custom;
    for (const name of inVpc(parameters))
      this.serverless.service.getFunction(name).vpc = {
        securityGroupIds: [{ Ref: "FunctionsSecurityGroup" }],
        subnetIds: parameters.vpcSubnetIds,
      };
  }
};
