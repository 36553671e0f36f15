# Run at installation: the units name the program where it is put. Below /usr and /opt they are the whole
# machine's; anywhere else, as in ~/.local, one person's, and then systemd looks below share/.
foreach(kind system user)
  file(GLOB units ${MDH_SYSTEMD}/${kind}/*)
  file(REMOVE_RECURSE ${MDH_UNITS}/${kind})
  foreach(unit ${units})
    get_filename_component(name ${unit} NAME)
    file(READ ${unit} text)
    string(REPLACE /usr/bin/mdh-credentials ${CMAKE_INSTALL_PREFIX}/${MDH_PROGRAM} text "${text}")
    file(WRITE ${MDH_UNITS}/${kind}/${name} "${text}")
  endforeach()
endforeach()
if(CMAKE_INSTALL_PREFIX MATCHES "^/(usr|opt)(/|$)")
  file(INSTALL ${MDH_UNITS}/ DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  # Root's alone. The daemon has keys from systemd, or runs as who may read them.
  file(INSTALL DESTINATION /etc/mdh-credentials TYPE DIRECTORY FILES "")
  file(INSTALL DESTINATION /etc/mdh-credentials/keys TYPE DIRECTORY FILES ""
    DIR_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
else()
  file(INSTALL ${MDH_UNITS}/user DESTINATION ${CMAKE_INSTALL_PREFIX}/share/systemd
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endif()
