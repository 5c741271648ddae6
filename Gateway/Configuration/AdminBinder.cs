using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Makes the options of the admin endpoint, which other machines can reach only with <c>allowRemote</c>.</summary>
internal static class AdminBinder
{
    public static AdminOptions? Bind(OptionSection root, UniqueAddresses addresses, string configurationFile)
    {
        if (root.GetObject(GatewaySection.Admin) is not { } section)
            return null;
        AdminOptions admin = AdminSection.Options.Read(section);
        var address = section.Get(AdminSection.Address);
        addresses.Add(section, address, "the admin endpoint");
        if (address.IsRight)
        {
            RefuseUnexpectedReach(section, address);
            AdminSection.Options.RefuseInapplicable(section, admin);
        }
        var createToken = section.Get(AdminSection.CreateToken);
        if (createToken.Value && !section.Get(AdminSection.TokenFile).IsWritten)
            section.Refuse(createToken, "requires \"tokenFile\"; write the path of the file to create");
        // Relative to the folder of the configuration, like the paths of schemas.
        return admin.TokenFile is null ? admin : admin with { TokenFile = Path.Combine(Path.GetDirectoryName(configurationFile) ?? "", admin.TokenFile) };
    }

    private static void RefuseUnexpectedReach(OptionSection section, Setting<Address> address)
    {
        // If the flag itself is wrong, its intent is unknown.
        if (section.Get(AdminSection.AllowRemote) is not { Value: false, State: not SettingState.Mistaken } || !AddressReach.IsBeyondThisMachine(address.Value))
            return;
        section.Refuse(address, $"{address.Value} is reachable from other machines, which could read routes, servers and load; "
            + "write a local address, such as \"127.0.0.1:9901\" or \"unix:/run/frpc/admin.sock\", or set \"allowRemote\": true");
    }
}
